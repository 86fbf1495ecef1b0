"""What providers and people tell of a delivery that was handed over, and how far that moves it. Pure.

Signals come late, twice and in any order: `advance` moves a delivery upwards only (`RANK`), counts each moment once, and says
what is new, which is what counters add up and events tell of.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.messaging.model import HANDED_OVER, RANK, Channel, Delivery, Reason, State, explain


class SignalKind(StrEnum):
    """`accepted`: the provider says it took the message; `soft_bounced`: not now; `machine_…`: a proxy or a scanner did it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    SOFT_BOUNCED = "soft_bounced"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    OPENED = "opened"
    CLICKED = "clicked"
    MACHINE_OPENED = "machine_opened"
    MACHINE_CLICKED = "machine_clicked"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """Where a delivery is: both ids come back in providers' events, as tags, and in our signed links."""

    customer_id: str
    delivery_id: str


@dataclass(frozen=True, slots=True)
class Signal:
    """`at` is the moment it happened; `detail` is a provider's words; `link` the number of a clicked link; `provider_id` the
    provider's id of the message."""

    ref: DeliveryRef
    kind: SignalKind
    at: datetime
    channel: Channel = Channel.EMAIL
    detail: str = ""
    provider: str = ""
    provider_id: str = ""
    link: str = ""


_REACHES = {
    SignalKind.ACCEPTED: State.SENT,
    SignalKind.SOFT_BOUNCED: State.SENT,
    SignalKind.DELIVERED: State.DELIVERED,
    SignalKind.OPENED: State.OPENED,
    SignalKind.CLICKED: State.CLICKED,
    SignalKind.BOUNCED: State.BOUNCED,
    SignalKind.COMPLAINED: State.COMPLAINED,
}
_NOTES = {
    SignalKind.ACCEPTED: ("sent_at",),
    SignalKind.DELIVERED: ("sent_at", "delivered_at"),
    # Who opens has received, and who clicks has opened, whatever became of the receipt and the pixel.
    SignalKind.OPENED: ("sent_at", "delivered_at", "opened_at"),
    SignalKind.CLICKED: ("sent_at", "delivered_at", "opened_at", "clicked_at"),
    SignalKind.SOFT_BOUNCED: ("sent_at", "soft_at"),
    SignalKind.BOUNCED: ("sent_at", "bounced_at"),
    SignalKind.COMPLAINED: ("sent_at", "complained_at"),
    SignalKind.UNSUBSCRIBED: ("unsubscribed_at",),
    SignalKind.MACHINE_OPENED: ("machine_at",),
    SignalKind.MACHINE_CLICKED: ("machine_at",),
}
# What each moment counts as in the sums.
MEASURES = {
    "sent_at": "sent",
    "delivered_at": "delivered",
    "opened_at": "opened",
    "clicked_at": "clicked",
    "soft_at": "soft_bounced",
    "bounced_at": "bounced",
    "complained_at": "complained",
    "unsubscribed_at": "unsubscribed",
    "machine_at": "machine",
}
_MOVABLE = HANDED_OVER | {State.QUEUED, State.DEFERRED, State.SENDING, State.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Noted:
    """A measure (a name of `MEASURES`' values) and its moment; `was` is the later one at which it was counted before."""

    measure: str
    at: datetime
    was: datetime | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """A delivery before and after a signal, and what is new; `link` is a link that the customer had not followed before."""

    before: Delivery
    delivery: Delivery
    noted: tuple[Noted, ...] = ()
    link: str = ""

    @property
    def moved(self) -> bool:
        return self.delivery != self.before

    @property
    def measures(self) -> tuple[str, ...]:
        """What counts for the first time, each once."""
        return tuple(one.measure for one in self.noted if one.was is None)

    @property
    def found(self) -> bool:
        """Whether what had become of it was unknown, and is not any more."""
        return self.before.state is State.UNKNOWN and self.delivery.state is not State.UNKNOWN


def advance(delivery: Delivery, signal: Signal) -> Advance:
    """`delivery` after `signal`; in whatever order signals come, the outcome is the same, each moment being the earliest told. A
    decision against the delivery, or a refusal, stands whatever comes."""
    if delivery.state not in _MOVABLE:
        return Advance(delivery, delivery)
    if signal.kind is SignalKind.REJECTED:
        return _rejected(delivery, signal)
    moments = _moments(delivery, signal, _NOTES[signal.kind])
    after = replace(delivery, **moments)
    reached = _REACHES.get(signal.kind)
    if reached is not None:
        after = _reaching(after, delivery, signal, reached)
    followed = signal.link if signal.kind is SignalKind.CLICKED else ""
    if followed in delivery.clicked_links:
        followed = ""
    if followed:
        after = replace(after, clicked_links=tuple(sorted({*delivery.clicked_links, followed})))
    return Advance(delivery, after, _noted(delivery, moments), followed)


def _moments(delivery: Delivery, signal: Signal, names: tuple[str, ...]) -> dict[str, Any]:
    """The moments that `signal` changes."""
    told = {name: _earlier(getattr(delivery, name), signal.at) for name in names}
    if "sent_at" in told:
        told["sent_at"] = _sent_at(delivery, signal.at)
    return {name: at for name, at in told.items() if at != getattr(delivery, name)}


def _sent_at(delivery: Delivery, at: datetime) -> datetime:
    """Our own clock knows better than the provider's when it was handed over."""
    if delivery.attempted_at is None:
        return _earlier(delivery.sent_at, at)
    return delivery.sent_at or delivery.attempted_at


def _earlier(noted: datetime | None, at: datetime) -> datetime:
    return at if noted is None else min(noted, at)


def _noted(delivery: Delivery, moments: dict[str, Any]) -> tuple[Noted, ...]:
    return tuple(Noted(MEASURES[name], at, getattr(delivery, name)) for name, at in moments.items())


def _reaching(after: Delivery, before: Delivery, signal: Signal, reached: State) -> Delivery:
    rises = RANK[reached] > RANK[before.state]
    if before.finished_at in (None, before.sent_at):
        after = replace(after, finished_at=after.sent_at)
    if rises:
        after = replace(after, state=reached, due_at=None)
    if rises or (reached is before.state and _is_first(before, signal, reached)):
        after = _explained(after, signal)
    return replace(
        after,
        provider=before.provider or signal.provider,
        provider_id=before.provider_id or signal.provider_id,
    )


def _is_first(delivery: Delivery, signal: Signal, reached: State) -> bool:
    """Whether of several signals of a bounce or a complaint this one is the earliest, whose words count."""
    noted = {State.BOUNCED: delivery.bounced_at, State.COMPLAINED: delivery.complained_at}.get(reached)
    return noted is not None and signal.at < noted


def _explained(delivery: Delivery, signal: Signal) -> Delivery:
    reason = {State.BOUNCED: Reason.BOUNCED, State.COMPLAINED: Reason.COMPLAINED}.get(delivery.state)
    return replace(delivery, reason=reason, explanation=explain(reason, signal.detail if reason else ""))


def _rejected(delivery: Delivery, signal: Signal) -> Advance:
    """SES took the message and found a virus, or could not render it: it will not go out."""
    if RANK[delivery.state] >= RANK[State.DELIVERED]:
        return Advance(delivery, delivery)
    moments = _moments(delivery, signal, ("sent_at",))
    failed = replace(
        delivery,
        **moments,
        state=State.FAILED,
        reason=Reason.REJECTED,
        explanation=explain(Reason.REJECTED, signal.detail),
        finished_at=signal.at,
        due_at=None,
    )
    return Advance(delivery, failed, (*_noted(delivery, moments), Noted("failed", signal.at)))
