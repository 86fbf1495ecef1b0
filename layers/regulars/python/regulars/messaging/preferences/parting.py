"""What is left to do when a customer is deleted: nothing is sent any more, and nothing kept that would be (MSG-4)."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Contact
from regulars.messaging.delivery_store import deliveries_since, shard_of
from regulars.messaging.devices import forget_devices
from regulars.messaging.inbox import forget_inbox
from regulars.messaging.model import OPEN, Delivery, Reason, State, explain
from regulars.messaging.preferences.ledger import Entry, EntryKind
from regulars.messaging.preferences.writing import Written, write_contact

# Nothing waits longer than for a monthly digest; what was asked for earlier is decided against when its moment comes.
_WAITS = timedelta(days=62)
_MOST = 500


def erase_contact(tenant: Tenant, customer_id: str, now: datetime) -> None:
    """Empty the contact for good: every claim from now on fails. Then forget devices and inbox, and decide against what waits.

    Each step can be repeated. The ledger stays, as the proof of what was agreed to, and gets its last entry.
    """

    def decide(before: Contact) -> Written:
        last = Entry(EntryKind.ERASED, now, "customer_deleted")
        return Written(Contact(customer_id, before.revision, erased=True), (last,))

    write_contact(tenant, customer_id, decide, now=now)
    forget_devices(tenant, customer_id)
    forget_inbox(tenant, customer_id)
    _decide_against(tenant, customer_id, now)


def _decide_against(tenant: Tenant, customer_id: str, now: datetime) -> None:
    waiting = [
        one for one in deliveries_since(tenant, customer_id, now - _WAITS, limit=_MOST) if one.state in OPEN
    ]
    if not waiting:
        return
    # Only who has waiting messages needs to know how results are recorded.
    from regulars.messaging.sending.people import shop_of
    from regulars.messaging.sending.recording import Ending, Recorder

    try:
        shop = shop_of(tenant)
    except NotFoundError:
        return
    for one in waiting:
        after, counts = _refused(one, now)
        Recorder(shop, now, one.dispatch_id, shard_of(one.id)).write([Ending(after, one, counts, told=False)])


def _refused(before: Delivery, now: datetime) -> tuple[Delivery, Counter[str]]:
    """The delivery decided against, and what that changes in the sums."""
    reason = Reason.NO_CUSTOMER
    after = replace(
        before,
        state=State.NOT_SENT,
        reason=reason,
        explanation=explain(reason),
        due_at=None,
        finished_at=now,
    )
    counts = Counter({"not_sent": 1, f"not_sent_{reason.value}": 1})
    counts["claimed"] -= 1 if before.attempts else 0
    counts["deferred"] -= 1 if before.state is State.DEFERRED else 0
    return after, counts
