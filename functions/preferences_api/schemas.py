"""What the operations on preferences and consent take and answer with."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from regulars.kernel.http.models import Input, Line, Moment, View, page_model
from regulars.messaging import Channel
from regulars.messaging.contact import ConsentState, Contact, Frequency, QuietHours
from regulars.messaging.preferences.choices import CHOOSABLE, gets
from regulars.messaging.preferences.ledger import Entry, EntryKind
from regulars.messaging.preferences.wishes import KEEP, Wishes, packed
from regulars.messaging.settings_model import Clock, Key, MessagingSettings

AnyChannel = Annotated[Channel, Field(strict=False)]
Often = Annotated[Frequency, Field(strict=False)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Proof = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Line],
    Field(
        max_length=12,
        description="What shows it: `page`, `text` (version of the words), `ip` (kept as a hash alone) …",
    ),
]
Source = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="Where it was said: `checkout`, `till` …"),
]


class QuietHoursBody(Input):
    """Over midnight when it starts later than it ends."""

    start: Clock
    end: Clock


class PreferencesChange(Input):
    """What is named is set, the rest stays; `frequency` is by category, `""` standing for all that are not named. Null for
    `quiet_hours` or `language` goes back to the shop's."""

    channels: dict[AnyChannel, bool] = Field(default_factory=dict)
    categories: dict[Key, bool] = Field(default_factory=dict, max_length=30)
    frequency: dict[Key | Literal[""], Often] = Field(default_factory=dict, max_length=31)
    quiet_hours: QuietHoursBody | None = None
    language: Tag | None = None
    reason: Line | None = None

    def wishes(self) -> Wishes:
        quiet = self.quiet_hours
        hours = QuietHours(quiet.start, quiet.end) if quiet else None
        return Wishes(
            self.channels,
            self.categories,
            self.frequency,
            hours if "quiet_hours" in self.model_fields_set else KEEP,
            (self.language or "") if "language" in self.model_fields_set else None,
        )


class ConsentView(View):
    state: ConsentState
    at: datetime | None = Field(description="Since when")
    source: str


class ChannelView(View):
    on: bool = Field(description="Not switched off by the customer")
    consent: ConsentView
    marketing: bool = Field(description="Whether marketing is allowed by switch, consent and the shop's rule")


class CategoryView(View):
    key: str
    name: dict[str, str]
    on: bool
    transactional: bool
    frequency: Frequency | None = Field(description="Null of a transactional one, which comes at once")


class QuietHoursView(View):
    start: Clock
    end: Clock


class PreferencesView(View):
    """What a customer gets. `quiet_hours` and `language` are their own; null where the shop's hold."""

    customer_id: str
    channels: dict[Channel, ChannelView]
    categories: list[CategoryView]
    quiet_hours: QuietHoursView | None
    language: str | None
    page_url: str = Field(description="Where they choose without signing in; anybody who has it can")

    @classmethod
    def of(cls, contact: Contact, settings: MessagingSettings, *, bought: bool, page_url: str) -> Self:
        quiet = contact.quiet
        return cls(
            customer_id=contact.customer_id,
            channels={
                one: ChannelView(
                    on=contact.channels.get(one, True),
                    consent=ConsentView.model_validate(contact.consent(one)),
                    marketing=gets(contact, settings, one, bought=bought),
                )
                for one in CHOOSABLE
            },
            categories=[
                CategoryView(
                    key=one.key,
                    name=one.name,
                    on=one.transactional or contact.categories.get(one.key, one.on),
                    transactional=one.transactional,
                    frequency=None if one.transactional else contact.frequency_of(one.key),
                )
                for one in settings.categories
            ],
            quiet_hours=QuietHoursView.model_validate(quiet) if quiet else None,
            language=contact.language or None,
            page_url=page_url,
        )


class EntryView(View):
    """One change, which is never altered. `at` is when it happened, `recorded_at` when we were told."""

    id: str
    kind: EntryKind
    channel: Channel | None
    state: ConsentState | None
    at: datetime
    recorded_at: datetime | None
    source: str
    reason: str
    proof: dict[str, str]
    changes: dict[str, Any] = Field(description="Of a change of preferences: what was set")
    delivery_id: str | None
    by: str

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, Entry):
            return value
        shown = {name: getattr(value, name) for name in cls.model_fields if name not in ("changes", "proof")}
        return shown | {
            "changes": packed(value.wishes) if value.wishes else {},
            "proof": dict(value.proof),
            "delivery_id": value.delivery_id or None,
        }


EntryPage = page_model(EntryView)


class NewConsent(Input):
    """`at` is now if left out; one of the past does not undo what was said later."""

    channel: AnyChannel
    state: Annotated[Literal["granted", "withdrawn"], Field()]
    source: Source = "api"
    reason: Line | None = None
    proof: Proof = Field(default_factory=dict)
    at: Moment | None = None


class ConsentsView(View):
    """How consent to marketing stands on each channel."""

    customer_id: str
    consents: dict[Channel, ConsentView]

    @classmethod
    def of(cls, contact: Contact) -> Self:
        shown = {one: ConsentView.model_validate(contact.consent(one)) for one in CHOOSABLE}
        return cls(customer_id=contact.customer_id, consents=shown)


class NewSubscription(Input):
    """Somebody who asks for marketing, by email or by phone."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=320)] | None = None
    phone: Annotated[str, StringConstraints(min_length=5, max_length=40)] | None = None
    language: Tag | None = None
    source: Source
    proof: Proof = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.email is None) == (self.phone is None):
            raise ValueError("give either email or phone")
        return self


class SubscriptionView(View):
    customer_id: str
    channel: Channel
    state: ConsentState = Field(description="`pending` until they follow the link, for seven days")
    sent: bool = Field(description="Whether a message that asks for confirmation goes out now")
