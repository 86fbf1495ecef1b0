"""Requests of double opt-in in the table: each under its own id, and per channel how often one was asked for lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Otherwise, Transaction
from regulars.messaging.model import Channel

# Longer than a request can be confirmed, so that a late comer is told so.
_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OptIn:
    """A request to be written to on `channel`, made at `at`; `proof` is what the form told of itself."""

    id: str
    customer_id: str
    channel: Channel
    at: datetime
    source: str
    proof: dict[str, str]


class OptInItem(Item):
    kind = UnicodeAttribute(default="opt-in")
    id = UnicodeAttribute()
    channel = UnicodeAttribute()
    at = TimeAttribute()
    source = UnicodeAttribute()
    proof = JsonAttribute(default=dict)


class AskedItem(Item):
    """The moments of the latest requests on a channel."""

    kind = UnicodeAttribute(default="opt-ins asked")
    at = JsonAttribute(default=list)
    last_id = UnicodeAttribute()


def _place(tenant: Tenant, customer_id: str, ulid: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), f"O#{ulid}"


def _asked_place(tenant: Tenant, customer_id: str, channel: Channel) -> tuple[str, str]:
    return tenant.partition("C", customer_id), f"ASKED#{channel.value}"


def read_opt_in(tenant: Tenant, customer_id: str, ulid: str) -> OptIn | None:
    """1 request unit."""
    item = OptInItem.read(*_place(tenant, customer_id, ulid), consistent=True)
    if item is None:
        return None
    return OptIn(item.id, customer_id, Channel(item.channel), item.at, item.source, item.proof)


def asked_lately(tenant: Tenant, customer_id: str, channel: Channel) -> tuple[list[datetime], str]:
    """The moments of the latest requests, and the last one's id. 1 request unit."""
    item = AskedItem.read(*_asked_place(tenant, customer_id, channel), consistent=True)
    if item is None:
        return [], ""
    return [datetime.fromisoformat(moment) for moment in item.at], item.last_id


def add_opt_in(tx: Transaction, opt_in: OptIn, asked: list[datetime], last_id: str, moved: Otherwise) -> None:
    """Add to `tx` the request, and that it was asked for; `last_id` is what was read with `asked`."""
    until = int((opt_in.at + _KEPT).timestamp())
    ulid = opt_in.id.rpartition("_")[2]
    tx.create(
        OptInItem(
            *_place(tx.tenant, opt_in.customer_id, ulid),
            id=opt_in.id,
            channel=opt_in.channel.value,
            at=opt_in.at,
            source=opt_in.source,
            proof=opt_in.proof,
            expires_at=until,
        ),
        moved,
    )
    at: list[Any] = [moment.isoformat() for moment in [*asked, opt_in.at]]
    item = AskedItem(
        *_asked_place(tx.tenant, opt_in.customer_id, opt_in.channel),
        at=at,
        last_id=opt_in.id,
        expires_at=until,
    )
    tx.save(item, AskedItem.last_id == last_id if last_id else AskedItem.pk.does_not_exist(), moved)
