"""Lines of orders from rows: amounts in the file's decimal form, rounded half up to the minor unit a line at a time."""

from typing import Any

from pydantic import ValidationError

from regulars.commerce.orders import NewLine, NewOrder
from regulars.imports.mapping import FieldError, Values
from regulars.kernel.errors import InvalidError
from regulars.kernel.money import to_minor


def minor(field: str, amount: str, currency: str, quantity: int = 1) -> int:
    """Minor units. Raises FieldError naming the field."""
    try:
        return to_minor(amount, currency, quantity)
    except InvalidError as error:
        raise FieldError(field, error.detail) from error


def line_of(values: Values, currency: str) -> NewLine:
    """An order's line. Raises FieldError."""
    quantity: int = values["quantity"]
    if quantity < 1:
        raise FieldError("quantity", "is below 1 (only a refund may have that)")
    given: dict[str, Any] = {
        "product_id": values["product_id"],
        "name": values.get("description"),
        "quantity": quantity,
        "unit_price": minor("unit_price", values["unit_price"], currency),
        "total": minor("unit_price", values["unit_price"], currency, quantity),
    }
    try:
        return NewLine(**given)
    except ValidationError as error:
        raise from_validation(error) from error


def order_of(given: dict[str, Any]) -> NewOrder:
    """A new order. Raises FieldError."""
    try:
        return NewOrder(**given)
    except ValidationError as error:
        raise from_validation(error) from error


def from_validation(error: ValidationError) -> FieldError:
    """The first thing that is wrong."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "row"
    return FieldError(field, first["msg"].removeprefix("Value error, "))
