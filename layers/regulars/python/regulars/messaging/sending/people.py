"""Whom a message is for, as they are now: everything that decisions are made on, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from regulars.customers import Facts, facts_of_many
from regulars.kernel.tenancy import Tenant
from regulars.messaging.addresses import addresses_of
from regulars.messaging.contact import Contact
from regulars.messaging.contact_store import read_contacts
from regulars.messaging.model import Channel, Recipient, Sender
from regulars.messaging.providers.registry import provider_for
from regulars.messaging.settings_model import Category, MessagingSettings
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.standing_store import paused_why
from regulars.messaging.suppression_model import Suppression
from regulars.messaging.suppressions import suppressed
from regulars.platform import TenantSettings, settings_of


@dataclass(frozen=True, slots=True)
class Shop:
    """The sending side: `paused` says why marketing is paused, empty when it is not."""

    tenant: Tenant
    profile: TenantSettings
    settings: MessagingSettings
    paused: str = ""

    def category(self, key: str) -> Category:
        """A category of the settings; one that was taken out of them is marketing."""
        return self.settings.category(key) or Category(key=key, name={"en": key})

    def sender(self, channel: Channel) -> Sender | None:
        """Who a channel's messages come from; None where nobody can send."""
        if provider_for(channel) is None:
            return None
        if channel is Channel.EMAIL:
            own = self.profile.sender
            return Sender(own.name, own.email, own.reply_to or "") if own.email else None
        return Sender(self.settings.sms_sender if channel is Channel.SMS else self.profile.name, "")


def shop_of(tenant: Tenant, *, marketing: bool = True) -> Shop:
    """1 request unit for whether marketing is paused; the rest is cached for seconds."""
    paused = paused_why(tenant) if marketing else ""
    return Shop(tenant, settings_of(tenant), messaging_settings(tenant), paused)


@dataclass(slots=True)
class Person:
    """A customer as read; `facts` is None when there is no such customer."""

    customer_id: str
    facts: Facts | None
    contact: Contact
    addresses: dict[Channel, str] = field(default_factory=dict)
    suppressions: dict[Channel, Suppression] = field(default_factory=dict)

    @property
    def recipient(self) -> Recipient | None:
        facts = self.facts
        if facts is None:
            return None
        return Recipient(
            facts.customer_id,
            facts.name or "",
            facts.email or "",
            self.contact.language or facts.language or "",
            facts.status == "suspended",
            facts.phone or "",
            str(facts.traits.get("time_zone") or ""),
        )


def gather(tenant: Tenant, customer_ids: Sequence[str], channels: Sequence[Channel]) -> dict[str, Person]:
    """Up to 100 customers by id, consistently. The contacts come last: who takes a wish or an address back moves them, so what
    was read before cannot be older than what a claim is conditional on. About 3 request units each."""
    facts = facts_of_many(tenant, list(customer_ids), consistent=True)
    addresses = addresses_of(tenant, facts, channels)
    return renewed(
        tenant,
        {
            one: Person(
                one,
                facts.get(one),
                Contact(one),
                {channel: addresses[one, channel] for channel in channels if (one, channel) in addresses},
            )
            for one in customer_ids
        },
    )


def renewed(tenant: Tenant, people: dict[str, Person]) -> dict[str, Person]:
    """The same people with contacts and suppressions read anew, the contacts first: whatever moves between the two moves the
    contact, and the claim fails."""
    contacts = read_contacts(tenant, people)
    held = [(channel, address) for one in people.values() for channel, address in one.addresses.items()]
    listed = suppressed(tenant, held) if held else {}
    return {
        one: replace(
            person,
            contact=contacts[one],
            suppressions={
                channel: listed[channel, address]
                for channel, address in person.addresses.items()
                if (channel, address) in listed
            },
        )
        for one, person in people.items()
    }
