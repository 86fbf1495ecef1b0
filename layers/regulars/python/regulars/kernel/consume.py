"""Handling events exactly once in effect: what a consumer writes and its marks on the events are one transaction."""

from collections.abc import Callable, Iterable

from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import AlreadyHandledError, Envelope, EventItem
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

Effect = Callable[[Transaction, list[Envelope]], None]
_ATTEMPTS = 12


def handle_once(
    tenant: Tenant,
    envelopes: Iterable[Envelope],
    consumer: str,
    effect: Effect,
    *,
    additive: Callable[[Envelope], bool] = lambda envelope: True,
) -> list[Envelope]:
    """Add `effect`'s writes for the events that `consumer` has not handled yet, mark these, commit; answers them.

    `effect` is called again with what remains when some had been handled before, or when its own condition failed with
    ConflictError, so it must read what it decides on each time. Events that are not `additive` get no mark: repeating their
    effect must change nothing by itself. Raises ConflictError when others keep winning.
    """
    pending = list({envelope.id: envelope for envelope in envelopes}.values())
    for attempt in range(_ATTEMPTS):
        if not pending:
            return []
        transaction = Transaction(tenant)
        effect(transaction, pending)
        marked = [envelope for envelope in pending if additive(envelope)]
        for envelope in marked:
            transaction.mark(envelope, consumer)
        if not len(transaction):
            return pending
        try:
            transaction.commit()
        except AlreadyHandledError:
            still_open = {envelope.id for envelope in unhandled(marked, consumer)}
            pending = [one for one in pending if one.id in still_open or not additive(one)]
        except ConflictError:
            full_jitter(0.01, min(attempt, 6))
        else:
            return pending
    raise ConflictError("others keep changing the same thing")


def unhandled(envelopes: list[Envelope], consumer: str) -> list[Envelope]:
    """Those of the events that are still in the table without the consumer's mark."""
    open_ids: set[str] = set()
    for start in range(0, len(envelopes), 100):
        keys = [(envelope.key.pk, envelope.key.sk) for envelope in envelopes[start : start + 100]]
        for item in EventItem.batch_get(keys, consistent_read=True):
            if consumer not in (item.done or ()):
                open_ids.add(item.id)
    return [envelope for envelope in envelopes if envelope.id in open_ids]
