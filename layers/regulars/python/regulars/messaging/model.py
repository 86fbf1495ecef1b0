"""What a delivery is and when a message may be sent: pure rules, no table, no clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# Longer than any worker runs: an attempt this old whose result nobody wrote down has lost its answer.
ATTEMPT_LASTS = timedelta(seconds=60)


class Channel(StrEnum):
    EMAIL = "email"


class State(StrEnum):
    """`unknown`: handed to the provider, answer lost; it is never sent again by itself."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


FINAL = frozenset({State.SENT, State.FAILED, State.NOT_SENT, State.UNKNOWN})


class Reason(StrEnum):
    """Why a message was not sent; the words for people are in `explain`."""

    HISTORY = "history"
    NO_ADDRESS = "no_address"
    CUSTOMER_SUSPENDED = "customer_suspended"
    NO_SENDER = "no_sender"
    ORDER_CANCELLED = "order_cancelled"
    THROTTLED = "throttled"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    ANSWER_LOST = "answer_lost"


_WORDS = {
    Reason.HISTORY: "The event was imported from the past; history never sends messages.",
    Reason.NO_ADDRESS: "The customer has no email address.",
    Reason.CUSTOMER_SUSPENDED: "The customer is suspended.",
    Reason.NO_SENDER: "No sender address is set up in the settings.",
    Reason.ORDER_CANCELLED: "The order was cancelled before the message could go out.",
    Reason.THROTTLED: "The provider asked to slow down; the message waits for its next turn.",
    Reason.REJECTED: "The provider refused the message for good.",
    Reason.UNAVAILABLE: "The provider could not be reached; the message waits for its next turn.",
    Reason.ANSWER_LOST: "The message was handed over and the provider's answer was lost; it may have arrived.",
}


def explain(reason: Reason | None, detail: str = "") -> str:
    """One sentence for people about a decision or an outcome."""
    words = _WORDS[reason] if reason else "Everything needed was there, so the message was sent."
    return f"{words} ({detail})" if detail else words


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer as a message sees them; `email` is normalised or empty."""

    customer_id: str
    name: str
    email: str
    language: str
    suspended: bool


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered email."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message meant for one customer on one channel. `about` is what it is about (an order's id)."""

    id: str
    customer_id: str
    channel: Channel
    template: str
    about: str
    state: State
    created_at: datetime
    language: str = ""
    to: str = ""
    subject: str = ""
    reason: Reason | None = None
    explanation: str = ""
    attempts: int = 0
    attempted_at: datetime | None = None
    finished_at: datetime | None = None
    provider: str = ""
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryWithContent:
    """A delivery and what was in it (None when nothing was ever rendered)."""

    delivery: Delivery
    content: Content | None = field(default=None)


def decide(*, history: bool, recipient: Recipient, sender: Sender | None, cancelled: bool) -> Reason | None:
    """Why an order confirmation must not go out, or None when it may."""
    checks = (
        (history, Reason.HISTORY),
        (cancelled, Reason.ORDER_CANCELLED),
        (recipient.suspended, Reason.CUSTOMER_SUSPENDED),
        (not recipient.email, Reason.NO_ADDRESS),
        (sender is None or not sender.email, Reason.NO_SENDER),
    )
    return next((reason for refused, reason in checks if refused), None)


def natural_key(template: str, about: str, channel: Channel) -> str:
    """What must be sent once only: the same template about the same thing on the same channel."""
    return f"{template}#{about}#{channel}"


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
    clean = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(clean.split())[:limit]
