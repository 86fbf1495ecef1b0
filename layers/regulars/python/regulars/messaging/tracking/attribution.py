"""Which messages an order is put down to, and what each is given of it. Pure.

A message touches a customer when they click in it, or open it if they do not click: by its first such moment. Messages that were
touched in the days before the order share it, by one of three models: all to the last touch, all to the first, or the same to
each. Whatever the model, the parts are whole minor units and add up to the order.

To measure what messages bring rather than what is put down to them, another count needs no touch: whether a customer to whom a
message was sent, or from whom it was held out for comparison, ordered in the days after it (`watched`).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from regulars.messaging.model import HANDED_OVER, Delivery, Reason, State
from regulars.messaging.settings_model import Attribution

# Messages that one order is shared between; of more, the latest. An order of a customer who is written to so much is one
# transaction all the same.
MOST = 10
MODELS: tuple[Attribution, ...] = ("last", "first", "linear")
_SENT = HANDED_OVER | {State.UNKNOWN}


def shares(model: Attribution, touches: int, amount: int) -> list[int]:
    """What each of so many touches, in order of time, is given of `amount` minor units; they add up to it exactly."""
    if touches == 0:
        return []
    if model == "last":
        return [0] * (touches - 1) + [amount]
    if model == "first":
        return [amount] + [0] * (touches - 1)
    each, rest = divmod(amount, touches)
    return [each + (place < rest) for place in range(touches)]


def credited(model: Attribution, touches: int) -> range:
    """The places of the touches to which a model gives anything."""
    whole = range(touches)
    return {"last": whole[-1:], "first": whole[:1], "linear": whole}[model]


def touched_at(delivery: Delivery) -> datetime | None:
    """When a delivery touched its customer; None if it did not."""
    return delivery.clicked_at or delivery.opened_at


def touches(
    deliveries: Iterable[Delivery], at: datetime, days: int, transactional: Collection[str]
) -> list[Delivery]:
    """The deliveries that touched the customer in the `days` before `at`, first to last; not those of transactional categories,
    which follow orders rather than bring them."""
    found = [
        (moment, one.id, one)
        for one in deliveries
        if (moment := touched_at(one)) is not None
        and at - timedelta(days=days) <= moment <= at
        and one.category not in transactional
    ]
    return [one for _, _, one in sorted(found, key=lambda each: each[:2])][-MOST:]


def is_held_out(delivery: Delivery) -> bool:
    """Whether the customer was to get the message and did not, for comparison."""
    return delivery.state is State.NOT_SENT and delivery.reason is Reason.HOLD_OUT


def watched(deliveries: Iterable[Delivery], at: datetime, days: int) -> list[Delivery]:
    """The deliveries of dispatches, sent or held out, in whose `days` the moment lies; the latest first."""
    since = at - timedelta(days=days)
    found = [
        one
        for one in deliveries
        if one.dispatch_id
        and (one.state in _SENT or is_held_out(one))
        and since <= (one.attempted_at or one.created_at) <= at
    ]
    return sorted(found, key=lambda one: one.id, reverse=True)[:MOST]
