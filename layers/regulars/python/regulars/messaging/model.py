"""What a message and a delivery are: pure values and rules, no table, no clock.

A `Message` is what is to be said; for each customer and channel it becomes one `Delivery`, whose id follows from the message's
key: creating the delivery is the claim, and there is no second one to create (docs/adr/0014).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from regulars.kernel.ids import natural_id
from regulars.kernel.tenancy import Tenant

# Longer than any worker runs: an attempt this old whose result nobody wrote down has lost its answer.
ATTEMPT_LASTS = timedelta(seconds=90)


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    IN_APP = "in_app"
    WEBHOOK = "webhook"
    WALLET = "wallet"


class State(StrEnum):
    """`deferred`: waits for its moment (`due_at`); `unknown`: handed to the provider, answer lost: never sent again by itself;
    `not_sent`: decided against; `failed`: refused by the provider for good."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    NOT_SENT = "not_sent"


# How far a delivery has come: signals of providers and people move it upwards only, however late or often they come.
RANK: Mapping[State, int] = {
    State.QUEUED: 0,
    State.DEFERRED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.SENT: 3,
    State.DELIVERED: 4,
    State.OPENED: 5,
    State.CLICKED: 6,
    State.BOUNCED: 7,
    State.COMPLAINED: 8,
}
# Nothing is to be done for these by the sending side any more.
FINAL = frozenset(State) - {State.QUEUED, State.DEFERRED, State.SENDING}
# Not handed to a provider yet: these may still be sent or decided against.
OPEN = frozenset({State.QUEUED, State.DEFERRED})
# The provider has it.
HANDED_OVER = frozenset(
    {State.SENT, State.DELIVERED, State.OPENED, State.CLICKED, State.BOUNCED, State.COMPLAINED}
)


class Reason(StrEnum):
    """Why a message is where it is; the words for people are in `explain`."""

    HISTORY = "history"
    NO_CUSTOMER = "no_customer"
    NO_ADDRESS = "no_address"
    CUSTOMER_SUSPENDED = "customer_suspended"
    NO_SENDER = "no_sender"
    NO_TEMPLATE = "no_template"
    NO_CONSENT = "no_consent"
    UNSUBSCRIBED = "unsubscribed"
    CHANNEL_OFF = "channel_off"
    CATEGORY_OFF = "category_off"
    SUPPRESSED = "suppressed"
    CAPPED = "capped"
    QUIET_HOURS = "quiet_hours"
    SEND_WINDOW = "send_window"
    DIGEST = "digest"
    SCHEDULED = "scheduled"
    PACED = "paced"
    DUPLICATE = "duplicate"
    HOLD_OUT = "hold_out"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    MARKETING_PAUSED = "marketing_paused"
    ORDER_CANCELLED = "order_cancelled"
    RENDER_FAILED = "render_failed"
    THROTTLED = "throttled"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    ANSWER_LOST = "answer_lost"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    RESOLVED = "resolved"


_WORDS: Mapping[Reason, str] = {
    Reason.HISTORY: "The event was imported from the past; history never sends messages.",
    Reason.NO_CUSTOMER: "The customer does not exist any more.",
    Reason.NO_ADDRESS: "The customer has no address for this channel.",
    Reason.CUSTOMER_SUSPENDED: "The customer is suspended.",
    Reason.NO_SENDER: "No sender is set up for this channel in the settings.",
    Reason.NO_TEMPLATE: "The template has no published content for this channel.",
    Reason.NO_CONSENT: "The customer has not agreed to marketing on this channel.",
    Reason.UNSUBSCRIBED: "The customer has unsubscribed from marketing on this channel.",
    Reason.CHANNEL_OFF: "The customer has switched this channel off.",
    Reason.CATEGORY_OFF: "The customer has switched off messages of this category.",
    Reason.SUPPRESSED: "The address is on the suppression list.",
    Reason.CAPPED: "The customer has received as many messages as the caps allow.",
    Reason.QUIET_HOURS: "It is quiet time for the customer; the message waits for its end.",
    Reason.SEND_WINDOW: "It is outside the hours in which messages are sent; the message waits for them.",
    Reason.DIGEST: "The customer wants such messages collected; it waits for the next digest.",
    Reason.SCHEDULED: "The message is to be sent at a later moment.",
    Reason.PACED: "The recipient's mail domain takes only so many messages an hour; the message waits its turn.",
    Reason.DUPLICATE: "The same message was sent to this address already.",
    Reason.HOLD_OUT: "The customer is in the control group, which gets nothing.",
    Reason.EXPIRED: "The message was due too late to be of use.",
    Reason.CANCELLED: "The send was cancelled before this message went out.",
    Reason.MARKETING_PAUSED: "Marketing is paused for the whole shop.",
    Reason.ORDER_CANCELLED: "The order was cancelled before the message could go out.",
    Reason.RENDER_FAILED: "The template could not be filled in for this customer.",
    Reason.THROTTLED: "The provider asked to slow down; the message waits for its next turn.",
    Reason.REJECTED: "The provider refused the message for good.",
    Reason.UNAVAILABLE: "The provider could not be reached; the message waits for its next turn.",
    Reason.ANSWER_LOST: "The message was handed over and the provider's answer was lost; it may have arrived.",
    Reason.BOUNCED: "The recipient's mail system refused the message.",
    Reason.COMPLAINED: "The recipient marked the message as unwanted.",
    Reason.RESOLVED: "A member of staff settled what had become of the message.",
}


def explain(reason: Reason | None, detail: str = "") -> str:
    """One sentence for people about a decision or an outcome."""
    words = _WORDS[reason] if reason else "Everything needed was there, so the message was sent."
    return f"{words} ({detail})" if detail else words


class Choice(StrEnum):
    """Which of a message's channels a customer gets: each of them, the first one possible, or the one that suits them best."""

    ALL = "all"
    FIRST = "first"
    OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said. `key` and `at` make each delivery's id: the same message reaches a customer once on a channel.

    `template` is a template's key, `version` 0 its published one; `about` is what it is about (an order's id); `values` are
    what the template shows as `data`; `campaign_id` and `variant` say whose metrics it counts for; `subject`
    stands in for the template's own (a text with the same variables).
    """

    key: str
    at: datetime
    template: str
    channels: tuple[Channel, ...]
    category: str
    choice: Choice = Choice.ALL
    version: int = 0
    about: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    campaign_id: str = ""
    variant: str = ""
    dispatch_id: str = ""
    expires_at: datetime | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer as a message sees them; addresses are normalised or empty, `zone` is an IANA name or empty."""

    customer_id: str
    name: str
    email: str
    language: str
    suspended: bool
    phone: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the decision looked at: `name` of the rule, whether it let the message pass, and what was seen."""

    name: str
    passed: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message meant for one customer on one channel, with the decision about it and all that became of it.

    `inputs` are the values its template reads, so that what was sent can be rendered again from the immutable version;
    `links` are destinations of its own (`"<link>.<occurrence>" → URL`); `clicked_links` are the numbers of those that a person
    followed. `revision` moves with every write.
    """

    id: str
    customer_id: str
    channel: Channel
    template: str
    about: str
    state: State
    created_at: datetime
    version: int = 0
    category: str = ""
    campaign_id: str = ""
    variant: str = ""
    dispatch_id: str = ""
    language: str = ""
    to: str = ""
    subject: str = ""
    reason: Reason | None = None
    explanation: str = ""
    checks: tuple[Check, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    clicked_links: tuple[str, ...] = ()
    attempts: int = 0
    due_at: datetime | None = None
    expires_at: datetime | None = None
    attempted_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    machine_at: datetime | None = None
    soft_at: datetime | None = None
    bounced_at: datetime | None = None
    complained_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    converted_at: datetime | None = None
    finished_at: datetime | None = None
    provider: str = ""
    provider_id: str = ""
    revision: int = 0


def delivery_id(tenant: Tenant, message: Message, customer_id: str, channel: Channel) -> str:
    """The one id of a message for a customer on a channel; its ULID is also the delivery's sort key."""
    return natural_id("dlv", message.at, tenant.id, message.key, customer_id, channel.value)


def is_lost(delivery: Delivery, now: datetime) -> bool:
    """Whether an attempt was begun so long ago that its answer will not come any more."""
    return delivery.attempted_at is not None and delivery.attempted_at <= now - ATTEMPT_LASTS


def choose_language(wanted: str, default: str, available: frozenset[str]) -> str:
    """The first of the customer's language, the tenant's, English, any, that texts exist for; `de-AT` takes `de`."""
    for tag in (wanted, default, "en"):
        for candidate in (tag, tag.partition("-")[0].lower()):
            if candidate in available:
                return candidate
    return min(available)


def one_line(text: str, limit: int = 200) -> str:
    """Text that is safe in a mail header: control characters and line breaks of any kind become spaces."""
    clean = text
    if not text.isprintable():
        clean = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(clean.split())[:limit]
