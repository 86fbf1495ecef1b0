"""Orders and refunds: one row an order (`orders`), or consecutive rows that share a number (`order_lines`)."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.commerce import orders
from regulars.commerce.orders import NewLine, NewOrder, NewRefund, OrderDiffersError, Origin
from regulars.commerce.orders.refund_store import refund_id
from regulars.customers import CustomerRef
from regulars.imports.chunks import Chunk, Group
from regulars.imports.loaders.amounts import line_of, minor, order_of
from regulars.imports.loaders.buyers import Buyers, Name, name_of
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.imports.store import Plan
from regulars.kernel.errors import ConflictError, RegularsError, UnavailableError
from regulars.kernel.tenancy import Tenant

# The line of an order of which only the total is known.
WHOLE_ORDER = "whole-order"
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Sale:
    """A group of rows as an order, or with `refund` as an amount given back."""

    group: Group
    buyer: Name
    number: str
    at: datetime
    currency: str
    lines: list[NewLine]
    refund: int = 0


class OrderLoader:
    """Orders of history: they count, and cause nothing."""

    def __init__(
        self,
        tenant: Tenant,
        job_id: str,
        buyers: Buyers,
        currency: str,
        refund_prefix: str | None,
        now: datetime,
    ) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._buyers = buyers
        self._currency = currency
        self._refund_prefix = refund_prefix
        self._now = now

    def key_of(self, line: int, values: Values) -> str:
        # A row without a customer is refused by itself, before it can spoil an order.
        name_of(values)
        number: str = values["number"]
        return number

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        units: list[Unit] = []
        refusals: list[Refusal] = []
        for group in chunk.groups.values():
            try:
                sale = self._sale(group)
                units.append(Unit(group.line, ":".join(sale.buyer), sale))
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
        return units, refusals

    def _sale(self, group: Group) -> Sale:
        first = group.rows[0].values
        buyer = name_of(first)
        if any(name_of(row.values) != buyer for row in group.rows):
            raise FieldError("customer", f"the rows of {group.key!r} name different customers")
        currency: str = first.get("currency") or self._currency
        head = (group, buyer, first["number"], first["placed_at"], currency)
        if self._refund_prefix and first["number"].startswith(self._refund_prefix):
            return Sale(*head, [], refund=_given_back(group, currency))
        return Sale(*head, _lines(group, currency))

    def plan(self, units: list[Unit]) -> Plan:
        sales: list[Sale] = [unit.work for unit in units]
        rows = [(sale.group.line, sale.at, sale.group.rows[0].values) for sale in sales]
        return {
            "orders": [[sale.number, sale.group.line, sale.buyer[1]] for sale in sales if not sale.refund],
            "refunds": [
                [refund_id(self._tenant, sale.number, sale.at), sale.buyer[1]]
                for sale in sales
                if sale.refund
            ],
            "customers": self._buyers.missing(rows),
        }

    def begin(self, plan: Plan, chunk: int) -> list[Unit]:
        return self._buyers.units(plan["customers"])

    def load(self, unit: Unit) -> Outcome:
        if isinstance(unit.work, list):
            return self._buyers.add(unit.work)
        sale: Sale = unit.work
        customer_id = self._buyers.find(sale.buyer)
        if customer_id is None:
            return Outcome(refusals=sale.group.refuse("customer", "there is no such customer"))
        try:
            return self._settled(sale, customer_id)
        except FieldError as error:
            return Outcome(refusals=sale.group.refuse(error.field, error.reason))
        except RegularsError as error:
            if error.status >= 500:
                raise
            return Outcome(refusals=sale.group.refuse("", error.detail))

    def _settled(self, sale: Sale, customer_id: str) -> Outcome:
        for attempt in range(_ATTEMPTS):
            try:
                return self._refund(sale, customer_id) if sale.refund else self._place(sale, customer_id)
            except OrderDiffersError:
                raise
            except ConflictError:
                # A consumer may be writing this customer's facts at the same moment.
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(0.05 * 2**attempt)
        raise UnavailableError

    def _place(self, sale: Sale, customer_id: str) -> Outcome:
        try:
            order = orders.place(
                self._tenant,
                _new_order(sale, CustomerRef(id=customer_id)),
                now=self._now,
                history=True,
                origin=Origin.row(self._job_id, sale.group.line),
            )
        except OrderDiffersError as differs:
            order = differs.order
            if order.origin is None or order.origin.job != self._job_id:
                raise
            if order.customer_id != customer_id:
                raise FieldError(
                    "customer", f"the rows of {sale.number!r} name different customers"
                ) from differs
            order = orders.append_lines(
                self._tenant, order.id, sale.lines, job=self._job_id, row=sale.group.line, now=self._now
            )
        origin = order.origin
        if origin is None or origin.job != self._job_id:
            return Outcome(Counter(unchanged=1))
        if origin.rows[0] != sale.group.line:
            return Outcome(Counter(appended=1))
        return Outcome(Counter(created=1, orders=1))

    def _refund(self, sale: Sale, customer_id: str) -> Outcome:
        refund = orders.record_refund(
            self._tenant,
            NewRefund(
                number=sale.number,
                customer=CustomerRef(id=customer_id),
                currency=sale.currency,
                amount=sale.refund,
                refunded_at=sale.at,
            ),
            now=self._now,
            history=True,
            origin=Origin.row(self._job_id, sale.group.line),
        )
        if refund.origin is None or refund.origin.job != self._job_id:
            return Outcome(Counter(unchanged=1))
        return Outcome(Counter(created=1, refunds=1))

    def foretell(self, unit: Unit) -> Outcome:
        if isinstance(unit.work, list):
            return Outcome(Counter(customers=1))
        sale: Sale = unit.work
        if sale.refund:
            return Outcome(Counter(created=1, refunds=1))
        if orders.by_number(self._tenant, sale.number) is not None:
            return Outcome(Counter(unchanged=1))
        return Outcome(Counter(created=1, orders=1))


def _new_order(sale: Sale, customer: CustomerRef) -> NewOrder:
    return order_of(
        {
            "number": sale.number,
            "customer": customer,
            "currency": sale.currency,
            "lines": sale.lines,
            "placed_at": sale.at,
        }
    )


def _lines(group: Group, currency: str) -> list[NewLine]:
    lines: list[NewLine] = []
    for row in group.rows:
        lines += _lines_of_row(row.values, currency)
    return lines


def _lines_of_row(values: Values, currency: str) -> list[NewLine]:
    if "quantity" in values:
        return [line_of(values, currency)]
    if "lines" in values:
        return [line_of(_json_line(entry), currency) for entry in _list(values["lines"])]
    if "total" not in values:
        raise FieldError("total", "is missing, and so are the lines")
    whole = {"product_id": WHOLE_ORDER, "quantity": 1, "unit_price": values["total"]}
    return [line_of(whole, currency)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise FieldError("lines", "is not a list of lines")
    return value


def _json_line(entry: Any) -> Values:
    try:
        return {
            "product_id": str(entry["product_id"]),
            "description": entry.get("name") or None,
            "quantity": int(entry["quantity"]),
            "unit_price": str(entry["unit_price"]),
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FieldError("lines", "a line needs product_id, quantity and unit_price") from None


def _given_back(group: Group, currency: str) -> int:
    """What the lines of a refund come to. Their quantities are below zero; a total may be written either way."""
    amount = 0
    for row in group.rows:
        values = row.values
        if "quantity" in values:
            amount -= minor("unit_price", values["unit_price"], currency, values["quantity"])
        elif "total" in values:
            amount += abs(minor("total", values["total"], currency))
        else:
            raise FieldError("total", "is missing")
    if amount <= 0:
        raise FieldError("quantity", "a refund of nothing")
    return amount
