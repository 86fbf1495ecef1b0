"""Writes down how attempts ended: the deliveries, their events and all sums in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.customers import customer_subject
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import event_wire
from regulars.kernel.logs import logger, metric
from regulars.kernel.queue import batches
from regulars.kernel.transaction import Failed, Transaction
from regulars.messaging.delivery_store import delivery_of
from regulars.messaging.delivery_wire import NEW, UNMOVED, at_revision, wire_of
from regulars.messaging.model import HANDED_OVER, Delivery, Reason, State, explain
from regulars.messaging.providers.port import Accepted, Lost, Postponed, Rejected
from regulars.messaging.sending.handing_over import HandedOver, Unrendered
from regulars.messaging.sending.people import Shop
from regulars.messaging.sending.summing import Change, add_sums
from regulars.messaging.sending.telling import event_of

# With an event each, and the sums of one channel and template, they fit into one transaction; of several, fewer do.
_AT_ONCE, _AT_ONCE_MIXED = 48, 44
_ATTEMPTS = 12
_log = logger("messaging.sending")


class _MovedError(ConflictError):
    """The delivery is not as it was claimed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A delivery as it becomes and as it was read, what that adds to the sums, and whether it is told of."""

    after: Delivery
    before: Delivery
    counts: Counter[str]
    told: bool


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records for one dispatch, or for none."""

    shop: Shop
    now: datetime
    dispatch_id: str = ""
    number: int = 0

    def record(self, handed: Sequence[HandedOver]) -> list[Delivery]:
        """The deliveries as they stand afterwards, in no order. Raises ConflictError when others keep winning the race."""
        endings = [self._ending(one) for one in handed]
        return self.write(endings)

    def lost(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """Record that the answers to these attempts will not come any more."""
        lost = Lost("the worker stopped")
        handed = [HandedOver(one, lost, one.provider, one.subject, one.links) for one in deliveries]
        return self.record(handed)

    def write(self, endings: Sequence[Ending]) -> list[Delivery]:
        """Write endings as they are; what was moved meanwhile by a signal or by time keeps what it has become."""
        done: list[Delivery] = []
        mixed = len({(one.after.channel, one.after.template, one.after.category) for one in endings}) > 1
        for some in batches(endings, _AT_ONCE_MIXED if mixed else _AT_ONCE):
            done += self._write_some(some)
        for (state, channel), count in Counter((one.state.value, one.channel.value) for one in done).items():
            metric("Deliveries", count, state=state, channel=channel)
        return done

    def _write_some(self, some: list[Ending]) -> list[Delivery]:
        done: list[Delivery] = []
        for attempt in range(_ATTEMPTS):
            if not some:
                return done
            failed = self._transaction(some).attempt()
            if not failed:
                return done + [one.after for one in some]
            some = [one for one in (self._settled(ending, failed, done) for ending in some) if one]
            full_jitter(0.005, min(attempt, 5))
        raise ConflictError("others keep changing the same deliveries")

    def _transaction(self, some: list[Ending]) -> Transaction:
        tx = Transaction(self.shop.tenant)
        for one in some:
            revision = one.before.revision
            wire = wire_of(tx.tenant, one.after, revision + 1)
            tx.put_wire(wire, UNMOVED, at_revision(revision), _MovedError())
            if one.told:
                subject = customer_subject(tx.tenant, one.after.customer_id)
                tx.put_wire(event_wire(tx.tenant, event_of(one.after), subject, at=self.now), NEW)
        changes = [Change(one.after, one.counts) for one in some]
        add_sums(tx, self.shop, changes, self.now, self.number if self.dispatch_id else None)
        return tx

    def _settled(self, ending: Ending, failed: list[Failed], done: list[Delivery]) -> Ending | None:
        """The ending as it is to be written on what the delivery has become; None if there is nothing to add to that."""
        tenant, mine = self.shop.tenant, ending.after
        key = (tenant.partition("C", mine.customer_id), "D#" + mine.id.rpartition("_")[2])
        wrong = next((one for one in failed if one.key == key), None)
        if wrong is None:
            return ending
        if wrong.found is None:
            return None
        found = delivery_of(wrong.found)
        if found.attempts != mine.attempts or (mine.subject and found.subject == mine.subject):
            done.append(found)
            return None
        if found.state is State.UNKNOWN and mine.state in (State.SENT, State.FAILED):
            # A slow worker's answer still counts when another one has given it up as lost.
            counts = ending.counts + Counter()
            counts["unknown"] -= 1
            return Ending(replace(mine, revision=found.revision + 1), found, counts, told=True)
        if found.state in HANDED_OVER:
            return self._known_by_signal(ending, found)
        done.append(found)
        return None

    def _known_by_signal(self, ending: Ending, found: Delivery) -> Ending:
        """The provider's own events were faster than its answer: they have counted that it was sent."""
        mine = ending.after
        kept = replace(
            found,
            subject=mine.subject,
            links=mine.links,
            provider=found.provider or mine.provider,
            provider_id=found.provider_id or mine.provider_id,
            revision=found.revision + 1,
        )
        return Ending(kept, found, Counter(cost=self._cost(mine)), told=True)

    def _ending(self, handed: HandedOver) -> Ending:
        before = handed.delivery
        after = replace(
            before,
            provider=handed.provider,
            subject=handed.subject,
            revision=before.revision + 1,
            **_ended(before, handed, self.now),
        )
        match after.state:
            case State.SENT:
                return Ending(after, before, Counter(sent=1, cost=self._cost(after)), told=True)
            case State.QUEUED:
                return Ending(after, before, Counter(), told=False)
            case _:
                _log.info("not delivered", extra={"delivery": after.id, "reason": after.reason})
                return Ending(after, before, Counter({after.state.value: 1}), told=True)

    def _cost(self, delivery: Delivery) -> int:
        return int(self.shop.settings.costs.get(delivery.channel, 0))


def _ended(before: Delivery, handed: HandedOver, now: datetime) -> dict[str, Any]:
    match handed.outcome:
        case Accepted(message_id):
            return {
                "state": State.SENT,
                "reason": None,
                "explanation": explain(None),
                "sent_at": before.attempted_at or now,
                "finished_at": now,
                "provider_id": message_id,
                "links": handed.links,
            }
        case Rejected(detail):
            return _over(State.FAILED, Reason.REJECTED, detail, now)
        case Unrendered(detail):
            return _over(State.FAILED, Reason.RENDER_FAILED, detail, now)
        case Lost(detail):
            return _over(State.UNKNOWN, Reason.ANSWER_LOST, detail, now) | {"links": handed.links}
        case Postponed(detail, throttled):
            reason = Reason.THROTTLED if throttled else Reason.UNAVAILABLE
            return {"state": State.QUEUED, "reason": reason, "explanation": explain(reason, detail)}


def _over(state: State, reason: Reason, detail: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "reason": reason, "explanation": explain(reason, detail), "finished_at": now}


def longest_wait(deliveries: Iterable[Delivery]) -> int:
    """Seconds until deliveries that wait for a provider are tried again: longer each time, 15 minutes at the most."""
    attempts = max((one.attempts for one in deliveries), default=1)
    return min(900, 5 << min(attempts - 1, 8))
