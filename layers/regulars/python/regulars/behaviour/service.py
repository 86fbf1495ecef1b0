"""Recording behaviour: each event one item, each at most once, whoever sends it how often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from regulars.behaviour import store
from regulars.behaviour.model import NewEvent, Outcome, Recorded, Result, is_bot
from regulars.behaviour.store import IdentifiedError
from regulars.commerce import contended
from regulars.commerce.orders import past
from regulars.customers import CustomerRef, resolve
from regulars.kernel.clock import iso
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import digest
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

# Of the 100 writes of a transaction; an event may need a guard and a check beside its item.
_WRITES = 99


class _KnownError(RegularsError):
    """One of the events is there already."""


@dataclass(slots=True)
class _Row:
    """One event of the batch on its way; an outcome ends it."""

    index: int
    event: NewEvent
    at: datetime
    given_id: str | None
    customer_id: str | None = None
    outcome: Outcome | None = None
    items: list[Item] = field(default_factory=list)

    def end(self, result: Result, reason: str | None = None) -> None:
        self.outcome = Outcome(index=self.index, id=self.event.id, result=result, reason=reason)


def record(
    tenant: Tenant,
    batch: Sequence[NewEvent],
    *,
    now: datetime,
    once: Once | None = None,
    history: bool = False,
    by_id_only: bool = False,
) -> Recorded:
    """Record up to 500 events, each on its own: accepted, duplicate, or refused (a bot, an unknown customer, the future).

    With `by_id_only` customers may be named by our id alone, so that a key on a public page is no way to ask which addresses
    are known here. `history` marks the events as past.
    """
    recall(tenant, once)
    rows = [_row(index, event, now, once) for index, event in enumerate(batch)]
    _refuse(rows, now)
    _drop_repeats(rows)
    _resolve(tenant, rows, by_id_only)
    pending = [row for row in rows if row.outcome is None]
    for start in range(0, len(pending), _WRITES // 3):
        _write(tenant, pending[start : start + _WRITES // 3], history)
    recorded = Recorded.of([row.outcome for row in rows if row.outcome is not None])
    if once is not None:
        transaction = Transaction(tenant)
        transaction.remember(once, recorded)
        transaction.commit()
    return recorded


def _row(index: int, event: NewEvent, now: datetime, once: Once | None) -> _Row:
    given = event.id
    if given is None and once is not None:
        # A batch that is sent again under its key finds its own events.
        given = f"once:{digest(once.caller, once.key, str(index))}"
    return _Row(index, event, datetime.fromisoformat(iso(event.at or now)), given)


def _refuse(rows: list[_Row], now: datetime) -> None:
    for row in rows:
        if is_bot(row.event.user_agent):
            row.end(Result.REFUSED, "the user agent is a bot's")
            continue
        try:
            past(row.at, now, "/at")
        except InvalidError:
            row.end(Result.REFUSED, "at is in the future")


def _drop_repeats(rows: list[_Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.outcome is None and row.given_id is not None:
            if row.given_id in seen:
                row.end(Result.DUPLICATE)
            seen.add(row.given_id)


def _resolve(tenant: Tenant, rows: list[_Row], by_id_only: bool) -> None:
    known: dict[CustomerRef | str, str | None] = {}
    for row in rows:
        ref = row.event.customer
        if ref is None or row.outcome is not None:
            continue
        if by_id_only and ref.id is None:
            row.end(Result.REFUSED, "this credential may name customers by id only")
            continue
        name = ref.model_dump_json()
        if name not in known:
            known[name] = resolve(tenant, ref)
        row.customer_id = known[name]
        if row.customer_id is None:
            row.end(Result.REFUSED, "there is no such customer")


def _write(tenant: Tenant, rows: list[_Row], history: bool) -> None:
    """Write a part of the batch; anonymous events of people who become known meanwhile are routed anew."""

    def attempt(again: bool) -> None:
        todo = [row for row in rows if row.outcome is None]
        _route(tenant, todo, consistent=again)
        for row in todo:
            row.items = _items(tenant, row, history)
        _create(tenant, todo)

    contended(attempt, IdentifiedError)


def _route(tenant: Tenant, rows: list[_Row], *, consistent: bool) -> None:
    ids = {row.event.anonymous_id for row in rows if row.event.anonymous_id}
    owners = store.aliases(tenant, ids, consistent=consistent) if ids else {}
    for row in rows:
        if row.event.anonymous_id:
            row.customer_id = owners.get(row.event.anonymous_id)


def _items(tenant: Tenant, row: _Row, history: bool) -> list[Item]:
    item = store.item_of(
        tenant, row.event, given_id=row.given_id, customer_id=row.customer_id, at=row.at, history=history
    )
    if row.given_id is None or row.event.at is not None:
        return [item]
    return [item, store.guard_of(tenant, row.given_id, item.id)]


def _create(tenant: Tenant, rows: list[_Row]) -> None:
    """Create what is not there; when something is, the rest is told apart and tried in halves."""
    if not rows:
        return None
    try:
        _commit(tenant, rows)
    except _KnownError:
        if len(rows) == 1:
            return rows[0].end(Result.DUPLICATE)
        for part in _parts(rows):
            _create(tenant, part)
    else:
        for row in rows:
            row.end(Result.ACCEPTED)


def _parts(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Those of the rows that are not in the table, in halves; the others end as duplicates."""
    there = store.existing(item for row in rows for item in row.items)
    fresh = []
    for row in rows:
        if any((item.pk, item.sk) in there for item in row.items):
            row.end(Result.DUPLICATE)
        else:
            fresh.append(row)
    middle = (len(fresh) + 1) // 2
    yield fresh[:middle]
    yield fresh[middle:]


def _commit(tenant: Tenant, rows: list[_Row]) -> None:
    transaction = Transaction(tenant)
    for anonymous_id in {row.event.anonymous_id for row in rows if row.customer_id is None}:
        store.check_unknown(transaction, anonymous_id or "")
    for row in rows:
        for item in row.items:
            transaction.create(item, _KnownError())
    transaction.commit()
