"""Digests: what a customer wants collected goes out as one message that lists it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.kernel import sends
from regulars.kernel.logs import logger
from regulars.kernel.timers import arm
from regulars.kernel.transaction import Transaction
from regulars.messaging.content import EmailContent
from regulars.messaging.deciding import Outcome
from regulars.messaging.delivery_store import shard_of
from regulars.messaging.delivery_wire import UNMOVED, at_revision, wire_of
from regulars.messaging.model import ATTEMPT_LASTS, Channel, Choice, Delivery, Message, Reason, State
from regulars.messaging.sending.claiming import Claim, Plan, timer_of
from regulars.messaging.sending.going_on import Sending, template_of
from regulars.messaging.sending.judging import Judge
from regulars.messaging.sending.meaning import Meaning
from regulars.messaging.sending.people import Person, Shop, gather
from regulars.messaging.sending.planning import Planner
from regulars.messaging.sending.recording import Ending, Recorder
from regulars.messaging.sending.rendering import subject_of
from regulars.messaging.sending.summing import Change, add_sums
from regulars.messaging.templates import TemplateError
from regulars.messaging.templates.context import context_from
from regulars.messaging.tracking.links import DeliveryLinks

TEMPLATE = "digest"
# Each is written, with its sums, in the transaction that claims the digest.
_MOST = 20
_CHANNELS = (Channel.EMAIL, Channel.PUSH, Channel.IN_APP, Channel.SMS)
_log = logger("messaging.sending")


def send_digest(shop: Shop, customer_id: str, items: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Send one message about deliveries of a customer that were due for it at one moment; answers what was written.

    Each item is decided about once more: what the customer does not want any more is left out. The claim of the digest and what
    becomes of its items are one transaction.
    """
    items = sorted(items, key=lambda one: one.id)[:_MOST]
    people = gather(shop.tenant, [customer_id], sorted({one.channel for one in items} | set(_CHANNELS)))
    person = people[customer_id]
    wanted, endings = _sorted_out(shop, person, items, now)
    unwanted = [one for ending in endings for one in _recorder(shop, ending.before, now).write([ending])]
    if not wanted:
        return unwanted
    message = _message(shop, person, wanted)
    template = template_of(shop.tenant, message)
    planner = Planner(
        Judge(shop, message, template, now, collected=True), Meaning(shop, message, template, now), people
    )
    (plan,) = planner.plans() or [Plan(person, [], [])]
    if not plan.deliveries:
        return unwanted
    (digest,) = plan.deliveries
    if digest.state is State.DEFERRED and digest.due_at is not None:
        return unwanted + _put_off(shop, wanted, digest.due_at)
    # The items will not lead to it any more: should we die over it, this message does.
    look_after = sends.Waiting(shop.tenant, ((customer_id, digest.id),))
    sends.enqueue(look_after, delay=int(ATTEMPT_LASTS.total_seconds()) + 5)

    def also(tx: Transaction, deliveries: list[Delivery]) -> None:
        changes = [_collected(one, deliveries[0], now) for one in wanted]
        for change, one in zip(changes, wanted, strict=True):
            _put(tx, change.delivery, one)
        add_sums(tx, shop, changes, now)

    done = Claim(shop, now, True, also=also, extra=4 * len(wanted)).write([plan], planner.again)
    return unwanted + Sending(shop, message, template, now).finish(done, planner.people)


def _message(shop: Shop, person: Person, items: Sequence[Delivery]) -> Message:
    first = items[0]
    due = first.due_at or first.created_at
    return Message(
        f"digest:{person.customer_id}:{due.isoformat()}:{first.id}",
        due,
        TEMPLATE,
        _CHANNELS,
        first.category,
        Choice.FIRST,
        values={"items": [_entry(shop, one) for one in items]},
    )


def _entry(shop: Shop, one: Delivery) -> dict[str, Any]:
    """What the digest says of a message: its subject, and where all of it is to be read."""
    message = Message("", one.created_at, one.template, (one.channel,), one.category, version=one.version)
    template = template_of(shop.tenant, message)
    if template is None:
        return {"subject": one.template, "preheader": "", "url": ""}
    content = template.content(one.channel, one.language)
    links = DeliveryLinks(shop.tenant, one, shop.settings, content.static_links, pixel=False)
    try:
        filled = content.render(context_from(one.inputs), links)
    except TemplateError:
        _log.warning("a message of a digest could not be filled in", extra={"delivery": one.id})
        return {"subject": template.name, "preheader": "", "url": ""}
    url = links.view() if isinstance(filled, EmailContent) else getattr(filled, "url", "")
    return {"subject": subject_of(filled), "preheader": "", "url": url}


def _sorted_out(
    shop: Shop, person: Person, items: Sequence[Delivery], now: datetime
) -> tuple[list[Delivery], list[Ending]]:
    """The items that still go, and the end of those that are decided against."""
    wanted: list[Delivery] = []
    unwanted: list[Ending] = []
    for one in items:
        message = Message(
            "",
            one.created_at,
            one.template,
            (one.channel,),
            one.category,
            version=one.version,
            expires_at=one.expires_at,
        )
        template = template_of(shop.tenant, message)
        judge = Judge(shop, message, template, now, collected=True, counted=True)
        (decision,) = judge.decide([person])[person.customer_id]
        if decision.outcome is Outcome.REFUSE:
            after = Meaning(shop, message, template, now).again(one, person, decision)
            after = replace(after, revision=one.revision + 1)
            unwanted.append(Ending(after, one, _not_sent(after), told=False))
        else:
            wanted.append(one)
    return wanted, unwanted


def _not_sent(after: Delivery) -> Counter[str]:
    counts = Counter({"not_sent": 1, f"not_sent_{after.reason}": 1})
    counts["deferred"] -= 1
    return counts


def _collected(item: Delivery, digest: Delivery, now: datetime) -> Change:
    """An item after its digest was claimed, or decided against."""
    item = replace(item, due_at=None, finished_at=now)
    if digest.state is State.NOT_SENT:
        after = replace(item, state=State.NOT_SENT, reason=digest.reason, explanation=digest.explanation)
        return Change(after, _not_sent(after))
    words = f"It went out as part of a digest. ({digest.id})"
    sent = replace(
        item, state=State.SENT, reason=Reason.DIGEST, explanation=words, attempted_at=now, sent_at=now
    )
    counts = Counter({"claimed": 1, "sent": 1})
    counts["deferred"] -= 1
    return Change(sent, counts)


def _put_off(shop: Shop, items: Sequence[Delivery], due: datetime) -> list[Delivery]:
    """The digest has to wait itself: so do its items."""
    later = [replace(one, due_at=due) for one in items]
    tx = Transaction(shop.tenant)
    for after, before in zip(later, items, strict=True):
        _put(tx, after, before)
    arm(tx, timer_of(tx.tenant, later[0]))
    tx.commit()
    return later


def _put(tx: Transaction, after: Delivery, before: Delivery) -> None:
    wire = wire_of(tx.tenant, after, before.revision + 1)
    tx.put_wire(wire, UNMOVED, at_revision(before.revision))


def _recorder(shop: Shop, one: Delivery, now: datetime) -> Recorder:
    return Recorder(shop, now, one.dispatch_id, shard_of(one.id))
