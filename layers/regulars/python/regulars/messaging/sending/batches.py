"""A batch of a dispatch: up to 48 customers are decided about, claimed, written to and recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.kernel import sends
from regulars.kernel.errors import ConflictError
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.dispatch_model import Dispatch
from regulars.messaging.dispatch_store import add_at_gate, mark_batch
from regulars.messaging.dispatches import dispatch_of
from regulars.messaging.model import Choice, Delivery
from regulars.messaging.pacing import Rate, channel_name, dispatch_name, wait_for
from regulars.messaging.sending.carrying_on import carry_on
from regulars.messaging.sending.claiming import Claim, GateShutError
from regulars.messaging.sending.going_on import Sending, template_of, waiting_of
from regulars.messaging.sending.judging import Judge
from regulars.messaging.sending.meaning import Meaning
from regulars.messaging.sending.parking import park_or_drop
from regulars.messaging.sending.people import Shop, gather, shop_of
from regulars.messaging.sending.planning import Planner
from regulars.messaging.sending.watching import Watch, unwatched, watched

_MINUTE = 60
_log = logger("messaging.sending")


def send_batch(
    tenant: Tenant,
    dispatch_id: str,
    number: int,
    customer_ids: Sequence[str],
    now: datetime,
    watch: Watch = unwatched,
) -> list[Delivery]:
    """Carry a batch out, however often it comes; answers the deliveries that this time wrote. Raises NotFoundError for a dispatch
    that is not there, ConflictError when others keep winning the race."""
    dispatch = dispatch_of(tenant, dispatch_id)
    work = sends.Batch(tenant, dispatch_id, number, tuple(customer_ids))
    shop = watched(shop_of(tenant), now)
    wait = _wait(shop, dispatch, len(customer_ids), now)
    if wait:
        sends.enqueue(work, delay=int(wait.total_seconds()) + 1)
        return []
    try:
        return _send(shop, dispatch, work, now, watch)
    except GateShutError:
        park_or_drop(tenant, dispatch_id, number, f"B{number}", work)
        return []


def _send(shop: Shop, dispatch: Dispatch, work: sends.Batch, now: datetime, watch: Watch) -> list[Delivery]:
    message, tenant = dispatch.message, shop.tenant
    if not dispatch.hold_out:
        watch(tenant, message, len(work.customer_ids), now)
    template = template_of(tenant, message)
    sending = Sending(shop, message, template, now, work.number)
    planner = Planner(
        Judge(shop, message, template, now),
        Meaning(shop, message, template, now, hold_out=dispatch.hold_out),
        gather(tenant, work.customer_ids, message.channels),
    )
    claim = Claim(shop, now, sending.marketing, dispatch.id, work.number)
    done = claim.write(planner.plans(), planner.again)
    ended = sending.finish(done, planner.people)
    elsewhere = sum(one.dispatch_id != dispatch.id for one in done.others)
    if elsewhere + planner.gone:
        _count_others(tenant, work, elsewhere + planner.gone)
    left = [one for one in done.others if one.dispatch_id == dispatch.id]
    if left:
        carry_on(tenant, waiting_of(tenant, left).refs, now, watch)
    return ended


def _count_others(tenant: Tenant, work: sends.Batch, count: int) -> None:
    """Count, once a batch, the customers of whom nothing was to be written: they are done with too."""
    transaction = Transaction(tenant)
    mark_batch(transaction, work.dispatch_id, work.number)
    add_at_gate(transaction, work.dispatch_id, work.number, {"handled": count})
    try:
        transaction.commit()
    except ConflictError:
        _log.info("a batch came again", extra={"dispatch": work.dispatch_id, "number": work.number})


def _wait(shop: Shop, dispatch: Dispatch, count: int, now: datetime) -> timedelta:
    """How long a batch has to wait for its turn: the dispatch's own pace, then that of the channels' providers."""
    tenant, message = shop.tenant, dispatch.message
    channels = message.channels if message.choice is Choice.ALL else message.channels[:1]
    rates = shop.settings.sends_per_second
    paces = [(channel_name(one), Rate(rates[one], 1)) for one in channels if one in rates]
    if dispatch.throttle_per_minute:
        paces.insert(0, (dispatch_name(dispatch.id), Rate(dispatch.throttle_per_minute, _MINUTE)))
    if dispatch.hold_out:
        return timedelta(0)
    return next(
        (wait for name, rate in paces if (wait := wait_for(tenant, name, rate, count, now))), timedelta(0)
    )
