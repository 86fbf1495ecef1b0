"""The box “What would this order earn?”: the order that is typed, and what it comes to."""

from datetime import datetime, time
from typing import Any

from console.forms import Form
from console.loyalty_form import minor_in
from console.pages.template import valid
from console.shell import shop_of
from console.web import Request
from regulars import loyalty
from regulars.kernel.errors import Fault, InvalidError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.loyalty import Trial, TriedOrder

ROWS = (0, 1, 2)
_NAMES = ("discount", "tier", "customer", "first_order", "day")
_FIELDS = (*(f"{name}.{row}" for row in ROWS for name in ("product", "amount")), *_NAMES)


def tried(request: Request, program_id: str) -> tuple[Form, Trial | None]:
    """The box as it was filled in, and what the order would earn; nothing before anything was typed."""
    form = Form({name: request.query.get(name, "").strip() for name in _FIELDS})
    if not any(form.value(f"amount.{row}") for row in ROWS):
        return form, None
    try:
        if form.value("customer"):
            request.call.authorize(Permission.CUSTOMERS_READ, own=False)
        order = valid(TriedOrder, _order(form, request))
        return form, loyalty.try_order(request.tenant, program_id, order, now=request.call.now)
    except RegularsError as error:
        faults = [Fault("/" + _field(one.pointer, form), one.detail) for one in error.faults]
        return form.refused(InvalidError(error.detail, faults)), None


def _filled(form: Form) -> list[int]:
    return [row for row in ROWS if form.value(f"amount.{row}")]


def _order(form: Form, request: Request) -> dict[str, Any]:
    shop = shop_of(request)
    order: dict[str, Any] = {
        "lines": [
            {
                "product_id": form.value(f"product.{row}") or "-",
                "quantity": 1,
                "unit_price": minor_in(form.value(f"amount.{row}"), shop.currency),
            }
            for row in _filled(form)
        ]
    }
    if form.value("discount"):
        order["discount"] = minor_in(form.value("discount"), shop.currency)
    if form.value("tier"):
        order["tier"] = form.value("tier")
    if form.value("customer"):
        order["customer"] = {"email": form.value("customer")}
    if form.value("first_order"):
        order["first_order"] = form.value("first_order") == "yes"
    if form.value("day"):
        order["at"] = _noon(form.value("day"), request)
    return order


def _noon(day: str, request: Request) -> str:
    """The middle of a day by the shop's clocks, or the text that is no day, for the operation to refuse."""
    try:
        noon = datetime.combine(datetime.fromisoformat(day), time(12), shop_of(request).zone)
    except ValueError:
        return day
    return noon.isoformat()


def _field(pointer: str, form: Form) -> str:
    first, *rest = pointer.strip("/").split("/")
    if first == "lines" and rest and rest[0].isdecimal():
        row = _filled(form)[int(rest[0])]
        return f"{'product' if rest[-1] == 'product_id' else 'amount'}.{row}"
    return {"at": "day", "lines": "amount.0"}.get(first, first)
