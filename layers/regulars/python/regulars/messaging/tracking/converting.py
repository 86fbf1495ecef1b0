"""Orders that follow messages: what each message brought, and what a cancellation or a refund takes back.

Each event has the order looked at as it stands now, and changes the sums by the difference to what was counted: events may come
twice and in any order. Only live events count; what an import brings was not brought by a message.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from regulars.commerce import orders
from regulars.commerce.orders import Order, Status
from regulars.customers import customer_subject
from regulars.kernel.consume import handle_once
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact_store import read_contact
from regulars.messaging.delivery_store import deliveries_since, read_delivery, save_delivery
from regulars.messaging.events import MessageConverted
from regulars.messaging.model import Delivery
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.tally_rows import day_row, hour_row
from regulars.messaging.tally_store import gate_place
from regulars.messaging.tracking.attribution import MODELS, credited, is_held_out, shares, touches, watched
from regulars.messaging.tracking.conversions_store import (
    Conversion,
    Credit,
    Ledger,
    Sums,
    read_ledger,
    save_conversion,
)
from regulars.platform import settings_of

CONSUMER = "engagement"
EVENTS = ("order.placed", "order.cancelled", "order.refunded")
# A mail from longer ago may still be clicked today, and the click brings the order.
_OLDEST = timedelta(days=30)
_LONGEST_WINDOW = 90
# Nothing is left of such an order.
_GONE = frozenset({Status.CANCELLED, Status.REFUNDED})
_NAMED = ("template", "about", "category", "campaign_id", "variant")


def keep_conversions(tenant: Tenant, envelopes: list[Envelope]) -> None:
    """Put live orders down to messages, each once however often its events come. Raises ConflictError when it has to be called
    again."""
    for envelope in envelopes:
        if envelope.name in EVENTS and not envelope.history and envelope.data.get("order_id"):
            handle_once(tenant, [envelope], CONSUMER, _count)


def _count(transaction: Transaction, pending: list[Envelope]) -> None:
    tenant = transaction.tenant
    for envelope in pending:
        try:
            order = orders.get(tenant, str(envelope.data["order_id"]))
        except NotFoundError:
            # An import that was undone took it away.
            continue
        settings = messaging_settings(tenant)
        ledger = read_ledger(tenant, order.customer_id, order.placed_at, _LONGEST_WINDOW)
        before = ledger.conversions.get(order.id)
        if before is None and envelope.name == "order.placed":
            before = _found(tenant, order, settings)
        if before is None:
            continue
        after = replace(before, net=_net(tenant, order), standing=order.status not in _GONE)
        if before.revision and after == before:
            continue
        _write(transaction, order, before, after, ledger)


def _net(tenant: Tenant, order: Order) -> int:
    """What is left of an order; nothing if it is in another currency than the sums."""
    if order.status is Status.CANCELLED or order.currency != settings_of(tenant).currency:
        return 0
    return max(order.total - order.refunded, 0)


def _found(tenant: Tenant, order: Order, settings: MessagingSettings) -> Conversion | None:
    """The messages that an order follows, with nothing counted yet; None if there are none."""
    days, at = settings.attribution_days, order.placed_at
    since = at - timedelta(days=days) - _OLDEST
    deliveries = deliveries_since(tenant, order.customer_id, since)
    transactional = {one.key for one in settings.categories if one.transactional}
    touching = touches(deliveries, at, days, transactional)
    watching = watched(deliveries, at, days)
    if not touching and not watching:
        return None
    return Conversion(
        order.id,
        0,
        standing=False,
        touches=tuple(_credit(tenant, one, at) for one in touching),
        credited=tuple(credited(settings.attribution, len(touching))),
        watched=tuple(_watch(tenant, one) for one in watching),
    )


def _credit(tenant: Tenant, delivery: Delivery, at: datetime) -> Credit:
    """A touch, with the rows of its delivery; the hour is that of the order."""
    rows = [(*day_row(tenant, delivery, settings_of(tenant).time_zone), "")]
    if delivery.dispatch_id:
        channel = delivery.channel.value
        rows.append((*gate_place(tenant, delivery.dispatch_id, delivery.id), channel))
        rows.append((*hour_row(tenant, delivery, at), channel))
    return Credit(delivery.id, tuple(rows))


def _watch(tenant: Tenant, delivery: Delivery) -> Credit:
    """A delivery to be compared."""
    row = (*gate_place(tenant, delivery.dispatch_id, delivery.id), delivery.channel.value)
    return Credit(delivery.id, (row,), is_held_out(delivery))


def _write(
    transaction: Transaction, order: Order, before: Conversion, after: Conversion, ledger: Ledger
) -> None:
    others = [one for one in ledger.conversions.values() if one.order_id != order.id]
    converted = {one for other in others for one in other.converted()}
    followed = {one for other in others for one in other.followed()}
    sums = Sums()
    _share(sums, before, after)
    change = after.standing - before.standing
    for credit in after.creditors:
        if credit.delivery_id not in converted:
            sums.add(credit, "converted", change)
            _note(transaction, order, credit, after.standing)
    for credit in after.watched:
        sums.add_watched(credit, after.net - before.net, change * (credit.delivery_id not in followed))
    sums.write(transaction)
    save_conversion(transaction, order.customer_id, after, ledger)
    if not before.revision:
        _tell(transaction, order, after)


def _share(sums: Sums, before: Conversion, after: Conversion) -> None:
    """The parts of what is left now, less those of what was left before: both add up, and so does the difference."""
    count = len(after.touches)
    for model in MODELS:
        parts = zip(shares(model, count, after.net), shares(model, count, before.net), strict=True)
        for credit, (now, was) in zip(after.touches, parts, strict=True):
            sums.add(credit, f"revenue_{model}", now - was)


def _note(transaction: Transaction, order: Order, credit: Credit, stands: bool) -> None:
    delivery = read_delivery(transaction.tenant, order.customer_id, credit.delivery_id)
    if delivery is not None:
        noted = replace(delivery, converted_at=order.placed_at if stands else None)
        save_delivery(transaction, noted, delivery, ConflictError("the delivery has changed meanwhile"))


def _tell(transaction: Transaction, order: Order, conversion: Conversion) -> None:
    if not conversion.creditors or read_contact(transaction.tenant, order.customer_id).erased:
        return
    subject = customer_subject(transaction.tenant, order.customer_id)
    tenant = transaction.tenant
    parts = {model: shares(model, len(conversion.touches), conversion.net) for model in MODELS}
    credited_by = messaging_settings(tenant).attribution
    for place in conversion.credited:
        amounts = {model: part[place] for model, part in parts.items()}
        found = read_delivery(tenant, order.customer_id, conversion.touches[place].delivery_id)
        if found is not None:
            given = {name: getattr(found, name) for name in _NAMED}
            event = MessageConverted(
                delivery_id=found.id,
                channel=found.channel.value,
                order_id=order.id,
                amount=amounts[credited_by],
                currency=settings_of(tenant).currency,
                **amounts,
                **given,
            )
            transaction.emit(event, subject, at=order.placed_at)
