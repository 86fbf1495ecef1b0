"""Judging the clicks of a delivery when the second in which they came is over.

A scanner takes all links of a message at once and looks like a browser. If its first click counted at once, it would have to be
taken back, and what it set off could not be: so first clicks wait (the reader does not, they are redirected at once). A timer in
the table keeps the promise; a delayed message on the timers' queue keeps it within two seconds.
"""

from datetime import datetime

from regulars.kernel.settings import TimersSettings
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, nudge
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Delivery
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.tracking.applying import apply
from regulars.messaging.tracking.clicks_store import held, let_go, put_off
from regulars.messaging.tracking.following import destination, static_links_of
from regulars.messaging.tracking.machines import BURST, Click, burst

# Whoever goes on clicking is judged by then.
_LONGEST = 10 * BURST


def judge(timer: Timer, now: datetime) -> None:
    """Count the clicks that wait, as a person's or as a machine's. Dying anywhere in it leaves them to be judged again, which
    counts nothing twice."""
    customer_id, _, delivery_id = timer.subject.partition("#")
    ref = DeliveryRef(customer_id, delivery_id)
    clicks = held(timer.tenant, ref)
    if clicks and now < min(clicks[-1].at + BURST, clicks[0].at + _LONGEST):
        later = Timer(timer.tenant, timer.name, timer.subject, clicks[-1].at + BURST)
        put_off(timer, later)
        nudge(later, TimersSettings.load().timers_queue_url, 1)
        return
    delivery = read_delivery(timer.tenant, customer_id, delivery_id)
    if delivery is not None:
        for signal in _signals(timer.tenant, delivery, clicks):
            apply(timer.tenant, signal, now)
    let_go(timer, ref, clicks)


def _signals(tenant: Tenant, delivery: Delivery, clicks: list[Click]) -> list[Signal]:
    machines = burst(clicks, _links_of(tenant, delivery))
    ref = DeliveryRef(delivery.customer_id, delivery.id)
    return [
        Signal(
            ref,
            SignalKind.MACHINE_CLICKED if one in machines else SignalKind.CLICKED,
            one.at,
            delivery.channel,
            destination(tenant, delivery, one.link),
            link=one.link,
        )
        for one in clicks
    ]


def _links_of(tenant: Tenant, delivery: Delivery) -> int:
    """How many links a message has."""
    return len([url for url in static_links_of(tenant, delivery) if url]) + len(delivery.links)
