"""Contacts in the table: one item beside the customer's profile."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any, Self

from pydantic_core import to_json
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from regulars.kernel.table import Item, JsonAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import (
    Consent,
    ConsentState,
    Contact,
    Engagement,
    Frequency,
    QuietHours,
    Recent,
)
from regulars.messaging.model import Channel

SORT_KEY = "CONTACT"


class ContactItem(Item):
    """`data` is compact JSON of all but the revision: nothing of it is ever asked for by the table."""

    kind = UnicodeAttribute(default="contact")
    revision = NumberAttribute(default=0)
    data = JsonAttribute()
    erased = BooleanAttribute(null=True)

    @classmethod
    def place(cls, tenant: Tenant, customer_id: str) -> tuple[str, str]:
        return tenant.partition("C", customer_id), SORT_KEY

    @classmethod
    def of(cls, tenant: Tenant, contact: Contact) -> Self:
        return cls(
            *cls.place(tenant, contact.customer_id),
            revision=contact.revision,
            data=_packed(contact),
            erased=contact.erased or None,
        )

    def contact(self, customer_id: str) -> Contact:
        return _unpacked(customer_id, int(self.revision), self.data, bool(self.erased))


def read_contact(tenant: Tenant, customer_id: str) -> Contact:
    """The contact as it is now; one without a revision if nothing was ever written. 1 request unit."""
    item = ContactItem.read(*ContactItem.place(tenant, customer_id), consistent=True)
    return item.contact(customer_id) if item else Contact(customer_id)


def read_contacts(tenant: Tenant, customer_ids: Iterable[str]) -> dict[str, Contact]:
    """Of up to 100 customers, as they are now. 1 request unit each."""
    wanted = list(dict.fromkeys(customer_ids))
    found = ContactItem.raw_many((ContactItem.place(tenant, one) for one in wanted), consistent=True)
    held = {raw["pk"]["S"]: raw for raw in found}
    return {one: _read(one, held.get(ContactItem.place(tenant, one)[0])) for one in wanted}


def _read(customer_id: str, raw: dict[str, Any] | None) -> Contact:
    if raw is None:
        return Contact(customer_id)
    erased = raw.get("erased", {}).get("BOOL", False)
    return _unpacked(customer_id, int(raw["revision"]["N"]), json.loads(raw["data"]["S"]), bool(erased))


def save_contact(tx: Transaction, contact: Contact, otherwise: Exception) -> None:
    """Replace the contact that was read (`contact.revision` is still what was read) by what it has become; `otherwise` is
    raised at the commit when it moved meanwhile."""
    item = ContactItem.of(tx.tenant, contact)
    item.revision = contact.revision + 1
    tx.save(item, unmoved(contact), otherwise)


def unmoved(contact: Contact) -> Condition:
    """That nobody has written the contact since it was read."""
    if contact.revision:
        return ContactItem.revision == contact.revision
    return ContactItem.pk.does_not_exist()


def contact_wire(tenant: Tenant, contact: Contact) -> dict[str, Any]:
    """The item that replaces the contact that was read, in the form of the wire."""
    pk, sk = ContactItem.place(tenant, contact.customer_id)
    item: dict[str, Any] = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "kind": {"S": "contact"},
        "revision": {"N": str(contact.revision + 1)},
        "data": {"S": to_json(_packed(contact)).decode()},
    }
    return item | {"erased": {"BOOL": True}} if contact.erased else item


def unmoved_wire(contact: Contact) -> tuple[str, dict[str, Any] | None]:
    """`unmoved` as an expression and its values."""
    if contact.revision:
        return "revision = :read", {":read": {"N": str(contact.revision)}}
    return "attribute_not_exists(pk)", None


def _packed(contact: Contact) -> dict[str, Any]:
    quiet = contact.quiet
    data: dict[str, Any] = {
        "on": {channel.value: on for channel, on in contact.channels.items()},
        "categories": dict(contact.categories),
        "frequency": {name: frequency.value for name, frequency in contact.frequency.items()},
        "quiet": [quiet.start.isoformat("minutes"), quiet.end.isoformat("minutes")] if quiet else None,
        "language": contact.language,
        "consents": {
            channel.value: [consent.state.value, _seconds(consent.at), consent.source]
            for channel, consent in contact.consents.items()
        },
        "recent": [[_seconds(one.at), one.channel.value, one.category] for one in contact.recent],
        "strikes": {channel.value: strikes for channel, strikes in contact.strikes.items() if strikes},
        "engagement": {
            channel.value: [_sparse(one.sent), _sparse(one.engaged)]
            for channel, one in contact.engagement.items()
        },
    }
    return {name: value for name, value in data.items() if value}


def _unpacked(customer_id: str, revision: int, data: dict[str, Any], erased: bool) -> Contact:
    quiet = data.get("quiet")
    return Contact(
        customer_id,
        revision,
        {Channel(name): on for name, on in data.get("on", {}).items()},
        data.get("categories", {}),
        {name: Frequency(value) for name, value in data.get("frequency", {}).items()},
        QuietHours(time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
        data.get("language", ""),
        {
            Channel(name): Consent(ConsentState(state), _moment(at), source)
            for name, (state, at, source) in data.get("consents", {}).items()
        },
        tuple(
            Recent(datetime.fromtimestamp(at, UTC), Channel(channel), category)
            for at, channel, category in data.get("recent", ())
        ),
        {Channel(name): strikes for name, strikes in data.get("strikes", {}).items()},
        {
            Channel(name): Engagement(_dense(sent), _dense(engaged))
            for name, (sent, engaged) in data.get("engagement", {}).items()
        },
        erased,
    )


def _seconds(moment: datetime | None) -> float | None:
    return round(moment.timestamp(), 3) if moment else None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _sparse(hours: tuple[int, ...]) -> dict[str, int]:
    return {str(hour): count for hour, count in enumerate(hours) if count}


def _dense(hours: dict[str, int]) -> tuple[int, ...]:
    return tuple(hours.get(str(hour), 0) for hour in range(24))
