"""What providers and people tell of a delivery that was handed over, and how far that moves it. Pure.

Signals come late, twice and in any order: `advance` moves a delivery upwards only (`RANK`), notes each moment once, and says
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
    SignalKind.OPENED: ("sent_at", "opened_at"),
    # Who clicks has opened, whatever became of the pixel.
    SignalKind.CLICKED: ("sent_at", "opened_at", "clicked_at"),
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
class Advance:
    """The delivery after a signal, and what is new: `measures` are names of `MEASURES`' values, each at most once."""

    delivery: Delivery
    measures: tuple[str, ...]

    @property
    def moved(self) -> bool:
        return bool(self.measures)


def advance(delivery: Delivery, signal: Signal) -> Advance:
    """`delivery` after `signal`. A decision against it, or a refusal, stands whatever comes."""
    if delivery.state not in _MOVABLE:
        return Advance(delivery, ())
    if signal.kind is SignalKind.REJECTED:
        return _rejected(delivery, signal)
    new = [name for name in _NOTES[signal.kind] if getattr(delivery, name) is None]
    moments: dict[str, Any] = dict.fromkeys(new, signal.at)
    after = replace(delivery, **moments)
    reached = _REACHES.get(signal.kind)
    if reached is not None and RANK[reached] > RANK[delivery.state]:
        after = replace(after, state=reached, finished_at=delivery.finished_at or signal.at, due_at=None)
        after = replace(
            after,
            provider=delivery.provider or signal.provider,
            provider_id=delivery.provider_id or signal.provider_id,
        )
        after = _explained(after, signal)
    return Advance(after, tuple(MEASURES[name] for name in new))


def _explained(delivery: Delivery, signal: Signal) -> Delivery:
    reason = {State.BOUNCED: Reason.BOUNCED, State.COMPLAINED: Reason.COMPLAINED}.get(delivery.state)
    return replace(delivery, reason=reason, explanation=explain(reason, signal.detail))


def _rejected(delivery: Delivery, signal: Signal) -> Advance:
    """SES took the message and found a virus, or could not render it: it will not go out."""
    if RANK[delivery.state] >= RANK[State.DELIVERED]:
        return Advance(delivery, ())
    failed = replace(
        delivery,
        state=State.FAILED,
        reason=Reason.REJECTED,
        explanation=explain(Reason.REJECTED, signal.detail),
        finished_at=signal.at,
    )
    return Advance(failed, ("failed",))
