"""Which deliveries' soft bounces have been counted, for as long as a provider may tell of them again."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.preferences.writing import ContactMovedError


class StrikeItem(Item):
    kind = UnicodeAttribute(default="strike")


def _place(tenant: Tenant, customer_id: str, delivery_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), "STRIKE#" + delivery_id.rpartition("_")[2]


def was_struck(tenant: Tenant, customer_id: str, delivery_id: str) -> bool:
    """Whether the delivery's soft bounce has been counted. 1 request unit."""
    return StrikeItem.read(*_place(tenant, customer_id, delivery_id), consistent=True) is not None


def note_strike(tx: Transaction, customer_id: str, delivery_id: str, until: datetime) -> None:
    """Add to `tx` that it has; of two at the same moment one decides again."""
    item = StrikeItem(*_place(tx.tenant, customer_id, delivery_id), expires_at=int(until.timestamp()))
    tx.create(item, ContactMovedError())
