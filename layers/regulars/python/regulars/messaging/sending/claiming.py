"""Claims: deliveries, the contacts they are conditional on, the gate and the sums, in one transaction (docs/adr/0014).

A marketing claim replaces the contact that was read, on the condition that nobody has written it since: an unsubscription that
commits first makes the claim fail, and only the customers whose condition failed are read and decided about again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from regulars.customers import customer_subject
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, RegularsError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm
from regulars.kernel.transaction import MAX_WRITES, Failed, Transaction
from regulars.messaging.contact import Contact, Recent
from regulars.messaging.contact_store import SORT_KEY as CONTACT
from regulars.messaging.contact_store import contact_wire, unmoved_wire
from regulars.messaging.delivery_store import delivery_of
from regulars.messaging.delivery_wire import NEW, UNMOVED, at_revision, wire_of
from regulars.messaging.dispatch_store import is_gate, pass_gate
from regulars.messaging.local_time import zone_of
from regulars.messaging.model import Channel, Delivery, Reason, State
from regulars.messaging.sending.ids import DIGEST, DUE
from regulars.messaging.sending.people import Person, Shop
from regulars.messaging.sending.telling import event_of
from regulars.messaging.tally_store import bump, day_place
from regulars.messaging.timing import noted_send

_ATTEMPTS = 12
_RECENT_KEPT, _RECENT_LASTS = 100, timedelta(days=31)


class GateShutError(RegularsError):
    """The dispatch is paused or closed; nothing was claimed."""


class _StoodInTheWayError(ConflictError):
    """A delivery or a contact is not as it was read."""


@dataclass(slots=True)
class Plan:
    """What is to be written about one customer: deliveries as they become, beside what they were (None: new ones)."""

    person: Person
    deliveries: list[Delivery]
    before: list[Delivery | None]

    def written(self) -> list[Delivery]:
        """The deliveries as they are in the table once this is written."""
        return [
            after if before is None else replace(after, revision=before.revision + 1)
            for after, before in zip(self.deliveries, self.before, strict=True)
        ]


@dataclass(slots=True)
class Claimed:
    """`claimed` are being sent now by us; `others` the deliveries of the same message that were there before."""

    written: list[Delivery] = field(default_factory=list)
    others: list[Delivery] = field(default_factory=list)

    @property
    def claimed(self) -> list[Delivery]:
        return [one for one in self.written if one.state is State.SENDING]


Again = Callable[[list[str]], list[Plan]]


@dataclass(frozen=True, slots=True)
class Claim:
    """Claims for one message. `dispatch_id` and `number` say through which gate; `also` adds up to `extra` writes to each
    transaction."""

    shop: Shop
    now: datetime
    marketing: bool
    dispatch_id: str = ""
    number: int = 0
    also: Callable[[Transaction, list[Delivery]], None] | None = None
    extra: int = 0

    def write(self, plans: list[Plan], again: Again) -> Claimed:
        """Write all that is planned. `again` reads customers anew and plans for them, when their contact or delivery moved.

        Raises GateShutError, and ConflictError when others keep winning the race.
        """
        done, pending, lost = Claimed(), [plan for plan in plans if plan.deliveries], 0
        while pending:
            lot, rest = self._lot(pending)
            failed = self._transaction(lot).attempt()
            if not failed:
                done.written += [one for plan in lot for one in plan.written()]
                pending = rest
                continue
            if lost == _ATTEMPTS:
                raise ConflictError("others keep changing the same customers")
            full_jitter(0.005, min(lost, 5))
            lost += 1
            left = self._without(lot, failed, again, done)
            pending = [plan for plan in left if plan.deliveries] + rest
        return done

    def _lot(self, plans: list[Plan]) -> tuple[list[Plan], list[Plan]]:
        """As many plans as fit into one transaction together with the gate and the sums, and the rest."""
        channels: set[Channel] = set()
        size = 1
        for count, plan in enumerate(plans):
            channels |= {one.channel for one in plan.deliveries}
            size += self._need(plan)
            if size + len(channels) > MAX_WRITES - self.extra and count:
                return plans[:count], plans[count:]
        return plans, []

    def _need(self, plan: Plan) -> int:
        """How many writes a plan takes."""
        states = Counter(one.state for one in plan.deliveries)
        events = 0 if self.marketing else states[State.NOT_SENT]
        contact = int(self.marketing and states[State.SENDING] > 0)
        return len(plan.deliveries) + states[State.DEFERRED] + events + contact

    def _transaction(self, plans: list[Plan]) -> Transaction:
        tx = Transaction(self.shop.tenant)
        deliveries = [one for plan in plans for one in plan.deliveries]
        if self.dispatch_id:
            pass_gate(
                tx, self.dispatch_id, self.number, self._at_gate(plans), GateShutError("the gate is shut")
            )
        for place, counts in self._sums(deliveries).items():
            bump(tx, place, counts)
        for plan in plans:
            self._add(tx, plan)
        waiting = (timer_of(tx.tenant, one) for one in deliveries if one.state is State.DEFERRED)
        for timer in dict.fromkeys(waiting):
            arm(tx, timer)
        if self.also is not None:
            self.also(tx, deliveries)
        return tx

    def _add(self, tx: Transaction, plan: Plan) -> None:
        tenant, person = self.shop.tenant, plan.person
        for after, before in zip(plan.deliveries, plan.before, strict=True):
            if before is None:
                tx.put_wire(wire_of(tenant, after), NEW, otherwise=_StoodInTheWayError())
            else:
                wire = wire_of(tenant, after, before.revision + 1)
                tx.put_wire(wire, UNMOVED, at_revision(before.revision), _StoodInTheWayError())
            if after.state is State.NOT_SENT and not self.marketing and after.reason is not Reason.HOLD_OUT:
                tx.emit(event_of(after), customer_subject(tenant, after.customer_id), at=self.now)
        sending = [one for one in plan.deliveries if one.state is State.SENDING]
        if self.marketing and sending:
            contact = self._contact_after(person, sending, plan.before)
            condition, values = unmoved_wire(person.contact)
            tx.put_wire(contact_wire(tenant, contact), condition, values, _StoodInTheWayError())

    def _contact_after(
        self, person: Person, sending: list[Delivery], before: Sequence[Delivery | None]
    ) -> Contact:
        """The contact with these claims among its recent ones; a claim that is repeated counts once."""
        contact = person.contact
        recipient = person.recipient
        zone = zone_of(recipient.zone if recipient else "", self.shop.profile.time_zone)
        repeated = {one.id for one in before if one is not None and one.attempts}
        for one in sending:
            if one.id in repeated:
                continue
            kept = [old for old in contact.recent if old.at > self.now - _RECENT_LASTS][-(_RECENT_KEPT - 1) :]
            contact = replace(contact, recent=(*kept, Recent(self.now, one.channel, one.category)))
            contact = noted_send(contact, one.channel, self.now.astimezone(zone).hour)
        return contact

    def _at_gate(self, plans: list[Plan]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for plan in plans:
            counts["handled"] += all(one is None for one in plan.before)
            for after, before in zip(plan.deliveries, plan.before, strict=True):
                for name, amount in _measures(after).items():
                    counts[f"{after.channel.value}_{name}"] += amount
                if before is not None and before.state is State.DEFERRED:
                    counts[f"{after.channel.value}_deferred"] -= 1
                if after.state is State.NOT_SENT and after.attempts:
                    counts[f"{after.channel.value}_claimed"] -= 1
        return counts

    def _sums(self, deliveries: list[Delivery]) -> dict[tuple[str, str], Counter[str]]:
        local = self.now.astimezone(zone_of(self.shop.profile.time_zone))
        day, hour, tenant = local.date().isoformat(), local.hour, self.shop.tenant
        found: dict[tuple[str, str], Counter[str]] = {}
        for one in deliveries:
            channel, shard = one.channel.value, self.number % 8
            place = day_place(tenant, day, channel, one.template, hour, shard, one.category)
            found.setdefault(place, Counter()).update(_measures(one))
        return found

    def _without(self, plans: list[Plan], failed: list[Failed], again: Again, done: Claimed) -> list[Plan]:
        """What is left to be written after these conditions failed."""
        _raise_others(failed)
        done.others += [
            delivery_of(one.found) for one in failed if one.found is not None and one.key[1].startswith("D#")
        ]
        keys = {one.key for one in failed}
        stale: list[str] = []
        kept: list[Plan] = []
        for plan in plans:
            partition = self.shop.tenant.partition("C", plan.person.customer_id)
            those = {sk for pk, sk in keys if pk == partition}
            if CONTACT in those:
                stale.append(plan.person.customer_id)
            kept.append(_left(plan, those))
        if not stale:
            return kept
        taken = {one.id for one in done.others}
        fresh = {plan.person.customer_id: plan for plan in again(stale)}
        return [_untaken(fresh.get(plan.person.customer_id, plan), taken) for plan in kept]


def _raise_others(failed: list[Failed]) -> None:
    """Raise what is no question of who came first."""
    if any(is_gate(one) for one in failed):
        raise GateShutError("the gate is shut")
    for one in failed:
        if not isinstance(one.error, _StoodInTheWayError):
            raise one.error


def timer_of(tenant: Tenant, delivery: Delivery) -> Timer:
    """The timer of a delivery that waits for its moment; digests have one for all that waits for them."""
    assert delivery.due_at is not None
    if delivery.reason is Reason.DIGEST:
        return Timer(tenant, DIGEST, delivery.customer_id, delivery.due_at)
    return Timer(tenant, DUE, f"{delivery.customer_id}#{delivery.id}", delivery.due_at)


def _left(plan: Plan, failed: set[str]) -> Plan:
    """The plan without the deliveries that were there before."""
    pairs = [
        (after, before)
        for after, before in zip(plan.deliveries, plan.before, strict=True)
        if "D#" + after.id.rpartition("_")[2] not in failed
    ]
    return Plan(plan.person, [after for after, _ in pairs], [before for _, before in pairs])


def _untaken(plan: Plan, taken: set[str]) -> Plan:
    return _left(plan, {"D#" + one.rpartition("_")[2] for one in taken})


def _measures(delivery: Delivery) -> dict[str, int]:
    match delivery.state:
        case State.SENDING if delivery.attempts == 1:
            return {"claimed": 1}
        case State.DEFERRED:
            return {"deferred": 1}
        case State.NOT_SENT:
            return {"not_sent": 1, f"not_sent_{delivery.reason}": 1}
        case _:
            return {}
