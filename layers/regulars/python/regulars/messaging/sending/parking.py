"""What is to become of work that comes to a gate that is not open."""

from regulars.kernel import sends
from regulars.kernel.errors import ConflictError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.dispatch_model import Door
from regulars.messaging.dispatch_store import must_be_paused, park, read_door


class _OpenedError(ConflictError):
    """The dispatch is not paused any more."""


def park_or_drop(
    tenant: Tenant, dispatch_id: str, number: int, name: str, work: sends.Batch | sends.Waiting
) -> Door:
    """Keep work of a paused dispatch until it opens, bring it back if it has opened meanwhile, leave it if it is closed; answers
    how the gate stood."""
    door = read_door(tenant, dispatch_id, number)
    if door is Door.PAUSED:
        transaction = Transaction(tenant)
        must_be_paused(transaction, dispatch_id, number, _OpenedError())
        park(transaction, dispatch_id, name, work.message())
        try:
            transaction.commit()
        except _OpenedError:
            return park_or_drop(tenant, dispatch_id, number, name, work)
    elif door is Door.OPEN:
        sends.enqueue(work, delay=1)
    return door
