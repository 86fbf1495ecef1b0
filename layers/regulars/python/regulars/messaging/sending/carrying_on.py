"""Goes on with deliveries that wait: queued ones, deferred ones that are due, attempts that nobody wrote the end of."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from regulars.kernel import sends
from regulars.kernel.ids import time_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import read_deliveries, shard_of
from regulars.messaging.dispatch_model import Door
from regulars.messaging.model import ATTEMPT_LASTS, Delivery, Message, Reason, State, explain, is_lost
from regulars.messaging.sending.claiming import Claim, GateShutError
from regulars.messaging.sending.digests import send_digest
from regulars.messaging.sending.going_on import Sending, template_of, waiting_of
from regulars.messaging.sending.judging import Judge
from regulars.messaging.sending.meaning import Meaning
from regulars.messaging.sending.parking import park_or_drop
from regulars.messaging.sending.people import Shop, gather, shop_of
from regulars.messaging.sending.planning import Planner
from regulars.messaging.sending.recording import Ending
from regulars.messaging.sending.showing import subject_for
from regulars.messaging.sending.watching import Watch, unwatched, watched

# About three days of tries, a quarter of an hour apart.
_MOST_ATTEMPTS = 300
# The clock of whoever fired the timer may be ahead of ours.
_SKEW = timedelta(minutes=1)
K = TypeVar("K")
Refs = Sequence[tuple[str, str]]


def carry_on(tenant: Tenant, refs: Refs, now: datetime, watch: Watch = unwatched) -> list[Delivery]:
    """Carry deliveries (pairs of customer and delivery id, 48 at the most) on, as far as there is something to do, however often
    this is called; answers those that this time wrote. Raises ConflictError when others keep winning the race."""
    found = list(read_deliveries(tenant, refs).values())
    done: list[Delivery] = []
    shop = watched(shop_of(tenant), now)
    for _, some in _grouped((one for one in found if one.state is State.SENDING), _dispatch):
        done += _given_up(shop, some, now)
    ready = [one for one in found if _is_ready(one, now)]
    for (customer_id, _), some in _grouped((one for one in ready if one.reason is Reason.DIGEST), _digest):
        done += send_digest(shop, customer_id, some, now)
    for _, some in _grouped((one for one in ready if one.reason is not Reason.DIGEST), _kind):
        done += _send(shop, some, now, watch)
    return done


def _is_ready(one: Delivery, now: datetime) -> bool:
    if one.state is State.DEFERRED:
        return one.due_at is not None and one.due_at <= now + _SKEW
    return one.state is State.QUEUED


def _given_up(shop: Shop, some: list[Delivery], now: datetime) -> list[Delivery]:
    """Attempts that were begun: old ones have lost their answer, others are looked at again when they would be old."""
    lost = [one for one in some if is_lost(one, now)]
    under_way = [one for one in some if not is_lost(one, now)]
    if under_way:
        later = int(ATTEMPT_LASTS.total_seconds()) + 5
        sends.enqueue(waiting_of(shop.tenant, under_way), delay=later)
    if not lost:
        return []
    message = _message_of(shop.tenant, lost[0])
    return Sending(shop, message, None, now, shard_of(lost[0].id)).recorder().lost(lost)


def _send(shop: Shop, some: list[Delivery], now: datetime, watch: Watch) -> list[Delivery]:
    tenant, first = shop.tenant, some[0]
    message, number = _message_of(tenant, first), shard_of(first.id)
    if not first.attempts:
        watch(tenant, message, len(some), now)
    template = template_of(tenant, message)
    sending = Sending(shop, message, template, now, number)
    had_turns = frozenset(one.customer_id for one in some if one.reason is Reason.PACED)
    planner = Planner(
        Judge(shop, message, template, now, counted=first.attempts > 0, had_turns=had_turns),
        Meaning(shop, message, template, now),
        gather(tenant, [one.customer_id for one in some], message.channels),
        {one.customer_id: one for one in some},
    )
    claim = Claim(shop, now, sending.marketing, message.dispatch_id, number)
    try:
        done = claim.write(planner.plans(), planner.again)
    except GateShutError:
        return _at_the_gate(sending, some)
    return sending.finish(done, planner.people)


def _at_the_gate(sending: Sending, some: list[Delivery]) -> list[Delivery]:
    """Deliveries of a dispatch that is not open: they wait for it, or are decided against when it is closed."""
    tenant, message, first = sending.shop.tenant, sending.message, some[0]
    work = waiting_of(tenant, some)
    door = park_or_drop(tenant, message.dispatch_id, sending.number, f"D{first.id}", work)
    return (
        sending.recorder().write([_cancelled(one, sending.now) for one in some])
        if door is Door.CLOSED
        else []
    )


def _cancelled(before: Delivery, now: datetime) -> Ending:
    reason = Reason.CANCELLED
    after = replace(
        before,
        state=State.NOT_SENT,
        reason=reason,
        explanation=explain(reason),
        revision=before.revision + 1,
        due_at=None,
        finished_at=now,
    )
    counts = Counter({"not_sent": 1, f"not_sent_{reason.value}": 1})
    counts["claimed"] -= 1 if before.attempts else 0
    counts["deferred"] -= 1 if before.state is State.DEFERRED else 0
    return Ending(after, before, counts, told=False)


def _message_of(tenant: Tenant, one: Delivery) -> Message:
    """The message of a delivery, but for the values, of which it has kept what its template reads."""
    return Message(
        "",
        time_of(one.id),
        one.template,
        (one.channel,),
        one.category,
        version=one.version,
        about=one.about,
        campaign_id=one.campaign_id,
        variant=one.variant,
        dispatch_id=one.dispatch_id,
        subject=subject_for(tenant, one),
        expires_at=one.created_at if one.attempts >= _MOST_ATTEMPTS else one.expires_at,
    )


def _dispatch(one: Delivery) -> str:
    return one.dispatch_id


def _digest(one: Delivery) -> tuple[str, str]:
    return one.customer_id, one.due_at.isoformat() if one.due_at else ""


def _kind(one: Delivery) -> tuple[str, ...]:
    """Deliveries that agree in this are of one message, in one state of affairs, and of different customers."""
    until = one.expires_at.isoformat() if one.expires_at else ""
    about = (one.template, str(one.version), one.category, one.campaign_id, one.variant, one.dispatch_id)
    alone = "" if one.dispatch_id else one.id
    return (*about, one.channel.value, one.about, until, str(one.attempts > 0), alone)


def _grouped(some: Iterable[Delivery], key: Callable[[Delivery], K]) -> list[tuple[K, list[Delivery]]]:
    ordered = sorted(some, key=lambda one: str(key(one)))
    return [(name, list(group)) for name, group in groupby(ordered, key)]
