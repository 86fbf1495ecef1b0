"""Recording what a person or a machine did with a message, as it is asked for over HTTP."""

from datetime import datetime, timedelta

from regulars.kernel.settings import TimersSettings
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, nudge
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Delivery
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.tracking.applying import apply
from regulars.messaging.tracking.clicks_store import hold
from regulars.messaging.tracking.following import Followed, Target
from regulars.messaging.tracking.machines import Click, asks_for_itself, is_machine_open

JUDGE = "clicks.judge"
# The second of a burst, and one for what is on its way.
WAIT = timedelta(seconds=2)


def record_open(target: Target, user_agent: str, method: str, now: datetime) -> None:
    """Somebody or something has asked for a message's picture. 1 request unit when nothing is new, 2 and the writes else."""
    delivery = read_delivery(target.tenant, target.customer_id, target.delivery_id)
    if delivery is None or not messaging_settings(target.tenant).track_opens:
        return
    arrived_at = delivery.delivered_at or delivery.sent_at
    if is_machine_open(user_agent, method, arrived_at, now):
        _mark(target.tenant, delivery, SignalKind.MACHINE_OPENED, now)
    elif delivery.opened_at is None:
        apply(target.tenant, _signal(delivery, SignalKind.OPENED, now), now)


def record_click(followed: Followed, user_agent: str, method: str, now: datetime) -> None:
    """Somebody or something has followed a link. What does not look like a machine waits for its judgement; a link that a person
    has followed before is nothing new."""
    tenant, delivery = followed.tenant, followed.delivery
    if not messaging_settings(tenant).track_clicks:
        return
    if asks_for_itself(user_agent, method):
        _mark(tenant, delivery, SignalKind.MACHINE_CLICKED, now)
    elif followed.link not in delivery.clicked_links:
        ref = DeliveryRef(delivery.customer_id, delivery.id)
        timer = Timer(tenant, JUDGE, f"{ref.customer_id}#{ref.delivery_id}", now + WAIT)
        armed = hold(tenant, ref, Click(now, followed.link), timer)
        if armed:
            nudge(armed, TimersSettings.load().timers_queue_url, int(WAIT.total_seconds()))


def _mark(tenant: Tenant, delivery: Delivery, kind: SignalKind, now: datetime) -> None:
    if delivery.machine_at is None:
        apply(tenant, _signal(delivery, kind, now), now)


def _signal(delivery: Delivery, kind: SignalKind, now: datetime) -> Signal:
    return Signal(DeliveryRef(delivery.customer_id, delivery.id), kind, now, delivery.channel)
