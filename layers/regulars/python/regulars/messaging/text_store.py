"""Which tenants have texted a phone, so that an answer to a number which several share finds the one it is meant for.

Outside all tenants, because an answer names none; the phone itself is not in it. 1 write unit a text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.ids import digest
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant, system_partition, tagged_tenant

# Longer than anybody waits before they answer; the tables forget it by the wall clock.
_KEPT = timedelta(days=400)


class TextedItem(Item):
    kind = UnicodeAttribute(default="texted")
    tenant = UnicodeAttribute()
    origin = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    at = TimeAttribute()


@dataclass(frozen=True, slots=True)
class Texted:
    """`origin` is what the newest text came from as the tenant's settings say, perhaps nothing."""

    tenant: Tenant
    origin: str
    message_id: str
    at: datetime


class TakenItem(Item):
    """An answer that was taken, so that it is taken once."""

    kind = UnicodeAttribute(default="answer taken")


def note_text(tenant: Tenant, phone: str, origin: str, message_id: str, now: datetime) -> None:
    """The tenant's newest text to the phone."""
    TextedItem(
        _partition(phone),
        tenant.id,
        tenant=tenant.id,
        origin=origin or None,
        message_id=message_id or None,
        at=now,
        expires_at=int((now + _KEPT).timestamp()),
    ).save()


def texted_by(phone: str) -> list[Texted]:
    """Every tenant that texted the phone, the newest first. 1 request unit per 4 KB."""
    items: Iterable[TextedItem] = TextedItem.each(_partition(phone), consistent=True)
    found = [
        Texted(tenant, item.origin or "", item.message_id or "", item.at)
        for item in items
        if (tenant := tagged_tenant(item.tenant)) is not None
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def is_taken(answer_id: str) -> bool:
    return TakenItem.read(*_taken_place(answer_id), consistent=True) is not None


def note_taken(answer_id: str, now: datetime) -> None:
    TakenItem(*_taken_place(answer_id), expires_at=int((now + _KEPT).timestamp())).save()


def _partition(phone: str) -> str:
    return system_partition("TEXTED", digest("texted", phone))


def _taken_place(answer_id: str) -> tuple[str, str]:
    return system_partition("ANSWER", digest("answer", answer_id)), "TAKEN"
