"""A customer as somebody to write to: preferences, consent, recent sends and engagement in one item, read and written at each
claim. Its revision is what a claim is conditional on: whoever unsubscribes moves it, and every claim made on what was read
before fails (docs/adr/0014). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from regulars.messaging.model import Channel


class Frequency(StrEnum):
    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ConsentState(StrEnum):
    """`pending`: a double opt-in waits for its confirmation, which counts as no consent."""

    NONE = "none"
    PENDING = "pending"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent to marketing on one channel; `source` says where it was given or withdrawn (`preference_page`, `sms_keyword` …)."""

    state: ConsentState = ConsentState.NONE
    at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end`, local time; over midnight when start is later than end; none when they are equal."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Recent:
    """A claim that counts for caps."""

    at: datetime
    channel: Channel
    category: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """How the customer took messages of one channel: `sent` and `engaged` (opened or clicked by a person, an engaged delivery
    counts once) in each of 24 local hours, in tenths of a message, so that they can fade."""

    sent: tuple[int, ...] = (0,) * 24
    engaged: tuple[int, ...] = (0,) * 24


@dataclass(frozen=True, slots=True)
class Contact:
    """What is left out by the customer is absent: channels and categories count as on, `frequency` as immediate.

    `frequency` is by category, `""` standing for all others. `strikes` counts soft bounces in a row by channel. `recent` is the
    newest 100 marketing claims of the last 31 days. `revision` is 0 as long as there is no item.
    """

    customer_id: str
    revision: int = 0
    channels: Mapping[Channel, bool] = field(default_factory=dict)
    categories: Mapping[str, bool] = field(default_factory=dict)
    frequency: Mapping[str, Frequency] = field(default_factory=dict)
    quiet: QuietHours | None = None
    language: str = ""
    consents: Mapping[Channel, Consent] = field(default_factory=dict)
    recent: tuple[Recent, ...] = ()
    strikes: Mapping[Channel, int] = field(default_factory=dict)
    engagement: Mapping[Channel, Engagement] = field(default_factory=dict)
    erased: bool = False

    def consent(self, channel: Channel) -> Consent:
        return self.consents.get(channel, Consent())

    def frequency_of(self, category: str) -> Frequency:
        return self.frequency.get(category) or self.frequency.get("") or Frequency.IMMEDIATE
