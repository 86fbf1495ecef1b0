"""Refunds whose order is not known: a till's, or those of a file that names none."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from regulars.commerce.amounts import Currency, PositiveMinor
from regulars.commerce.orders.model import Origin
from regulars.customers import CustomerRef
from regulars.kernel.http.models import Code, Input, Line, Moment
from regulars.kernel.ids import digest


class NewRefund(Input):
    """A refund to a customer; amounts in minor units of `currency`."""

    number: Code | None = Field(
        None, description="The shop's own number of the refund; made up when left out"
    )
    customer: CustomerRef
    currency: Currency
    amount: PositiveMinor
    refunded_at: Moment | None = None
    reason: Line | None = None

    def fingerprint(self, customer_id: str) -> str:
        """The same for two refunds of the same content, whatever their moment."""
        return digest(customer_id, self.currency, str(self.amount), self.reason or "")


class Refund(BaseModel):
    """A refund as it is kept."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    number: str
    customer_id: str
    currency: str
    amount: int
    refunded_at: datetime
    reason: str | None = None
    fingerprint: str = ""
    origin: Origin | None = None
    created: bool = False
