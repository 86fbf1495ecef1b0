"""What a message of the queue of sends asks for."""

from typing import Any

from regulars.campaigns.budgets import keep_within_budget
from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.ids import digest
from regulars.kernel.sends import Batch, work_of
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.sending.carrying_on import carry_on

_clock = clock()


def send(message: dict[str, Any]) -> None:
    """Carry one message out; it may come twice and in any order."""
    work = work_of(message)
    mark = work.dispatch_id if isinstance(work, Batch) else digest(*(one for _, one in work.refs))
    begin_work(Work(mark, tenant=work.tenant.id, actor="system"))
    if isinstance(work, Batch):
        send_batch(
            work.tenant, work.dispatch_id, work.number, work.customer_ids, _clock.now(), keep_within_budget
        )
    else:
        carry_on(work.tenant, work.refs, _clock.now(), keep_within_budget)
