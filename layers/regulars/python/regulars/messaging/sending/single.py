"""One message to one customer: asked for by a request, which queues it, or by a worker, which sends it at once."""

from dataclasses import replace
from datetime import datetime, timedelta

from regulars.kernel import sends
from regulars.kernel.errors import InvalidError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.model import FINAL, Delivery, Message, Reason, State
from regulars.messaging.sending.asking import SendRequest
from regulars.messaging.sending.carrying_on import carry_on
from regulars.messaging.sending.claiming import Claim
from regulars.messaging.sending.going_on import Sending, template_of, waiting_of
from regulars.messaging.sending.ids import ids_of
from regulars.messaging.sending.judging import Judge
from regulars.messaging.sending.meaning import Meaning
from regulars.messaging.sending.people import gather, shop_of
from regulars.messaging.sending.planning import Planner
from regulars.messaging.settings_store import messaging_settings

# Seconds after which what was queued is looked for, should whoever queued it have died before telling the workers.
_LOOK_AFTER = 30
_FURTHEST = timedelta(days=365)


def send_one(tenant: Tenant, request: SendRequest, now: datetime, once: Once | None = None) -> list[Delivery]:
    """Decide about a message and queue it; answers its deliveries: queued, deferred, or not sent and why. It is decided about
    again at the moment of sending.

    Raises InvalidError for a template or category that is not there, or a moment too far ahead.
    """
    recall(tenant, once)
    message = _message(tenant, request, now)
    shop, template = shop_of(tenant), template_of(tenant, message)
    later = request.send_at if request.send_at and request.send_at > now else None
    if later and later > now + _FURTHEST:
        raise InvalidError.of("/send_at", "is more than a year ahead")
    sending = Sending(shop, message, template, now)
    planner = Planner(
        Judge(shop, message, template, later or now),
        Meaning(shop, message, template, now, waits=True, later=later),
        gather(tenant, [request.customer_id], message.channels),
    )
    ids = set(ids_of(tenant, message, request.customer_id).values())
    refs = tuple((request.customer_id, one) for one in sorted(ids))
    sends.enqueue(sends.Waiting(tenant, refs), delay=_LOOK_AFTER)

    def remember(tx: Transaction, deliveries: list[Delivery]) -> None:
        tx.remember(once, deliveries)

    claim = Claim(shop, now, sending.marketing, also=remember, extra=1)
    written = claim.write(planner.plans(), planner.again).written
    queued = [one for one in written if one.state is State.QUEUED]
    if queued:
        sends.enqueue(waiting_of(tenant, queued))
    return written


def send_now(
    tenant: Tenant, message: Message, customer_id: str, now: datetime, *, against: Reason | None = None
) -> list[Delivery]:
    """Send a message to a customer here and now, once however often this is called; answers the deliveries that this call wrote,
    none for a customer who is gone. A reason `against` it is recorded instead of sending.

    What the provider would not take yet waits in the queue. Raises NotFoundError when there is no such tenant, ConflictError
    when others keep winning the race.
    """
    shop, template = shop_of(tenant), template_of(tenant, message)
    sending = Sending(shop, message, template, now)
    planner = Planner(
        Judge(shop, message, template, now, against=against),
        Meaning(shop, message, template, now),
        gather(tenant, [customer_id], message.channels),
    )
    done = Claim(shop, now, sending.marketing).write(planner.plans(), planner.again)
    ended = sending.finish(done, planner.people)
    left = [one for one in done.others if one.state not in FINAL]
    return ended + (carry_on(tenant, waiting_of(tenant, left).refs, now) if left else [])


def _message(tenant: Tenant, request: SendRequest, now: datetime) -> Message:
    identifier = new_id("msg", now)
    given = Message(
        identifier,
        now,
        request.template,
        tuple(dict.fromkeys(request.channels)),
        request.category,
        request.choice,
        about=request.about,
        values=request.values,
        expires_at=request.expires_at,
    )
    return checked(tenant, given)


def checked(tenant: Tenant, message: Message) -> Message:
    """The message with its category. Raises InvalidError for a template or category that is not there."""
    template = template_of(tenant, message)
    if template is None:
        raise InvalidError.of("/template", "there is no such template, or none of it is published")
    key = message.category or template.category
    if messaging_settings(tenant).category(key) is None:
        raise InvalidError.of("/category", f"there is no category {key!r} in the settings")
    return replace(message, category=key)
