"""A person settles what had become of a message whose answer was lost."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Literal

from regulars.kernel import sends
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import find_delivery, read_delivery, shard_of
from regulars.messaging.model import Delivery, Reason, State, explain
from regulars.messaging.sending.going_on import waiting_of
from regulars.messaging.sending.people import shop_of
from regulars.messaging.sending.recording import Ending, Recorder

Verdict = Literal["sent", "not_sent", "again"]
_STATES = {"sent": State.SENT, "not_sent": State.NOT_SENT, "again": State.QUEUED}


def resolve(tenant: Tenant, delivery_id: str, verdict: Verdict, now: datetime) -> Delivery:
    """Settle an unknown delivery: it was sent, it was not, or it is to be sent again, which may reach the customer twice.

    Raises NotFoundError, and ConflictError when it is not (any more) unknown.
    """
    found = find_delivery(tenant, delivery_id)
    before = read_delivery(tenant, found.customer_id, found.id) if found else None
    if before is None:
        raise NotFoundError("there is no such delivery")
    if before.state is not State.UNKNOWN:
        raise ConflictError(f"this delivery is {before.state.value}: there is nothing to settle")
    after = _settled(before, _STATES[verdict], now)
    counts = Counter({"sent": 1} if verdict == "sent" else {})
    counts["unknown"] -= 1
    recorder = Recorder(shop_of(tenant), now, before.dispatch_id, shard_of(before.id))
    (written,) = recorder.write([Ending(after, before, counts, told=verdict == "sent")])
    if written.state is not after.state:
        raise ConflictError("it has just turned out what became of this delivery")
    if after.state is State.QUEUED:
        sends.enqueue(waiting_of(tenant, [written]))
    return written


def _settled(before: Delivery, state: State, now: datetime) -> Delivery:
    return replace(
        before,
        state=state,
        reason=Reason.RESOLVED,
        explanation=explain(Reason.RESOLVED),
        revision=before.revision + 1,
        sent_at=before.attempted_at if state is State.SENT else None,
        finished_at=None if state is State.QUEUED else now,
    )
