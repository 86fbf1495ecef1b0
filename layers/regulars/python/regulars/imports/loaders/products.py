"""Products: one row one product, by its id."""

from collections import Counter
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from regulars.commerce import products
from regulars.commerce.products import ProductRow
from regulars.imports import store
from regulars.imports.chunks import Chunk
from regulars.imports.loaders.amounts import from_validation, minor
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant

_BATCH = 20
# Left out in a row, these are taken from the product as it is.
_KEPT = ("list_price", "category", "brand", "stock", "image", "url", "attributes")


class ProductLoader:
    """What became of a row follows from the chunk's plan, which says what each product was before."""

    def __init__(
        self, tenant: Tenant, job_id: str, run: int, currency: str, language: str, now: datetime
    ) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._run = run
        self._currency = currency
        self._language = language
        self._now = now
        self._present: dict[str, dict[str, Any] | None] = {}
        self._changes: store.Plan = {}

    def key_of(self, line: int, values: Values) -> str:
        return str(line)

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        first = store.first_lines(
            self._tenant,
            self._job_id,
            self._run,
            (("product:" + group.rows[0].values["id"], group.line) for group in chunk.groups.values()),
            self._now,
        )
        rows: list[Values] = []
        refusals: list[Refusal] = []
        for group in chunk.groups.values():
            values = group.rows[0].values
            line = first["product:" + values["id"]]
            try:
                if line != group.line:
                    raise FieldError("id", f"the same id as in line {line}")
                self._row(values, {"price": 0})
                rows.append(values)
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
        batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
        return [Unit(0, str(number), batch) for number, batch in enumerate(batches)], refusals

    def plan(self, units: list[Unit]) -> store.Plan:
        """For each product what will change: `{field: [before, after]}`, or None when it is new."""
        rows: list[Values] = [values for unit in units for values in unit.work]
        self._present = {values["id"]: self._read(values["id"]) for values in rows}
        return {"products": {values["id"]: self._change(values) for values in rows}}

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        self._changes = plan["products"]
        return []

    def load(self, unit: Unit) -> Outcome:
        rows = [self._row(values, self._known(values["id"])) for values in unit.work]
        products.put_many(self._tenant, rows, now=self._now)
        return self.foretell(unit)

    def foretell(self, unit: Unit) -> Outcome:
        return Outcome(Counter(self._result(values["id"]) for values in unit.work))

    def _result(self, identifier: str) -> str:
        change = self._changes[identifier]
        return "created" if change is None else "updated" if change else "unchanged"

    def _change(self, values: Values) -> dict[str, list[Any]] | None:
        before = self._present[values["id"]]
        if before is None:
            return None
        after = self._row(values, before).model_dump(mode="json", exclude={"id"})
        return {name: [before[name], value] for name, value in after.items() if before[name] != value}

    def _known(self, identifier: str) -> dict[str, Any] | None:
        """As read for the plan; read again when the plan is one of before a crash."""
        if identifier not in self._present:
            self._present[identifier] = self._read(identifier)
        return self._present.pop(identifier)

    def _read(self, identifier: str) -> dict[str, Any] | None:
        try:
            product = products.get(self._tenant, identifier)
        except NotFoundError:
            return None
        return described(product)

    def _row(self, values: Values, before: dict[str, Any] | None) -> ProductRow:
        present = before or {}
        currency: str = values.get("currency") or present.get("currency") or self._currency
        given: dict[str, Any] = {name: present[name] for name in _KEPT if name in present}
        given |= {name: values[name] for name in _KEPT if name in values}
        given |= {
            "id": values["id"],
            "name": present.get("name", {}) | {self._language: values["name"]},
            "currency": currency,
            "price": present.get("price", 0),
        }
        for field in ("price", "list_price"):
            if field in values:
                given[field] = minor(field, values[field], currency)
        try:
            return ProductRow(**given)
        except ValidationError as error:
            raise from_validation(error) from error


def described(product: products.Product) -> dict[str, Any]:
    """What a shop said of a product, as JSON values."""
    return product.model_dump(mode="json", include=set(products.ProductInput.model_fields))
