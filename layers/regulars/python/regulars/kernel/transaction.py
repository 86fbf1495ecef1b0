"""A change and the event that tells of it are one transaction.

`Transaction` collects writes; `commit` sends them as one TransactWriteItems (100 items, 4 MB at the most), maps a failed
condition to the error named beside the write, and retries what lost a race. A retry after a lost answer is harmless: the
request carries a token (10 minutes), and every create is conditional for ever after.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import BrokenError, ConflictError, NotFoundError, UnavailableError
from regulars.kernel.events import AlreadyHandledError, Envelope, Event, EventItem, Subject, event_item
from regulars.kernel.idempotency import GuardItem, Once
from regulars.kernel.table import Item, refusal_of
from regulars.kernel.tenancy import Tenant

MAX_WRITES = 100
_ATTEMPTS = 8
# Cancellation reasons, and errors of the whole call, that go away by themselves.
_RACES = frozenset(
    {
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "TransactionInProgressException",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "InternalServerError",
    }
)

# What to raise when a write's condition fails: an error, or a function of the item that stood in the way.
Otherwise = Exception | Callable[[dict[str, Any] | None], Exception]


# Items and values as they go over the wire: `{"S": "text"}`.
Wire = Mapping[str, Any]


@dataclass(slots=True)
class _Write:
    otherwise: Otherwise
    add: Callable[[TransactWrite], None]
    key: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Failed:
    """A write whose condition did not hold: the key of its item, the error named beside it, and the item that stood in the way
    as it came over the wire (None if there was none)."""

    key: tuple[str, str]
    error: Exception
    found: Wire | None


@dataclass(slots=True)
class _Writes:
    """In the order in which PynamoDB sends them, and DynamoDB answers: checks, deletes, puts, updates."""

    checks: list[_Write] = field(default_factory=list)
    deletes: list[_Write] = field(default_factory=list)
    puts: list[_Write] = field(default_factory=list)
    updates: list[_Write] = field(default_factory=list)

    def in_order(self) -> list[_Write]:
        return [*self.checks, *self.deletes, *self.puts, *self.updates]


class Transaction:
    """Writes of one tenant that happen together or not at all."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.events: list[EventItem] = []
        self._writes = _Writes()
        self._keys: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._keys)

    def create(self, item: Item, otherwise: Otherwise | None = None) -> None:
        """Put an item that must not exist; `otherwise` is raised when it does (ConflictError by default)."""
        self._note(item)
        condition = Item.pk.does_not_exist()
        self._writes.puts.append(
            _Write(
                otherwise or ConflictError("it exists already"),
                lambda send: send.save(item, condition=condition, return_values="ALL_OLD"),
                (item.pk, item.sk),
            )
        )

    def save(
        self, item: Item, condition: Condition | None = None, otherwise: Otherwise | None = None
    ) -> None:
        """Replace an item; with a version attribute only if it is still the version that was read."""
        self._note(item)
        self._writes.puts.append(
            _Write(
                otherwise or ConflictError("it was changed by somebody else at the same moment"),
                lambda send: send.save(item, condition=condition, return_values="ALL_OLD"),
                (item.pk, item.sk),
            )
        )

    def update(
        self,
        item: Item,
        actions: list[Action],
        condition: Condition | None = None,
        otherwise: Otherwise | None = None,
        *,
        versioned: bool = True,
    ) -> None:
        """Change attributes in place, without reading them first (`Facts.orders.add(1)`)."""
        self._note(item)
        self._writes.updates.append(
            _Write(
                otherwise or NotFoundError(),
                lambda send: send.update(
                    item,
                    # A copy: PynamoDB adds the version's increment to it, once an attempt.
                    actions=list(actions),
                    condition=condition,
                    return_values="ALL_OLD",
                    add_version_condition=versioned,
                ),
                (item.pk, item.sk),
            )
        )

    def delete(
        self, item: Item, condition: Condition | None = None, otherwise: Otherwise | None = None
    ) -> None:
        """Remove an item; a condition makes it fail rather than do nothing when it is not as expected."""
        self._note(item)
        self._writes.deletes.append(
            _Write(
                otherwise or ConflictError("it was changed by somebody else at the same moment"),
                lambda send: send.delete(item, condition=condition, add_version_condition=condition is None),
                (item.pk, item.sk),
            )
        )

    def check(self, item: Item, condition: Condition, otherwise: Otherwise) -> None:
        """Require something of an item that the transaction does not write."""
        self._note(item)
        model, pk, sk = type(item), item.pk, item.sk
        self._writes.checks.append(
            _Write(otherwise, lambda send: send.condition_check(model, pk, sk, condition=condition), (pk, sk))
        )

    def put_wire(
        self,
        item: Wire,
        condition: str,
        values: Wire | None = None,
        otherwise: Otherwise | None = None,
    ) -> None:
        """Put an item in the form of the wire, for those who write very many: PynamoDB takes ten times as long over it."""
        key = (item["pk"]["S"], item["sk"]["S"])
        self._note_key(key, "wire")
        request = _request({"Item": item, "ConditionExpression": condition}, values)
        error = otherwise or ConflictError("it was changed by somebody else at the same moment")
        self._writes.puts.append(_Write(error, lambda send: send._put_items.append(request), key))

    def update_wire(
        self,
        key: tuple[str, str],
        change: str,
        values: Wire,
        condition: str = "",
        otherwise: Otherwise | None = None,
    ) -> None:
        """Change attributes in place by an update expression; names that DynamoDB reserves are the caller's to avoid."""
        self._note_key(key, "wire")
        given: dict[str, Any] = {
            "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            "UpdateExpression": change,
        }
        if condition:
            given["ConditionExpression"] = condition
        request = _request(given, values)
        self._writes.updates.append(
            _Write(otherwise or NotFoundError(), lambda send: send._update_items.append(request), key)
        )

    def claim(self, what: str, value: str, owner: str, otherwise: Otherwise) -> None:
        """A permanent guard: `value` belongs to `owner` alone, for this tenant and kind of thing, until released."""
        self.create(GuardItem.of(self.tenant, what, value, owner), otherwise)

    def release(self, what: str, value: str, owner: str) -> None:
        """Give up a guard that `owner` holds."""
        item = GuardItem.of(self.tenant, what, value, owner)
        self.delete(item, condition=GuardItem.owner == owner)

    def remember(self, once: Once | None, result: Any) -> None:
        """Tie the caller's Idempotency-Key to this transaction, with the answer that `result` will give."""
        if once is not None:
            self.create(once.item(self.tenant, result), once.replay)

    def emit(self, event: Event, subject: Subject, **how: Any) -> EventItem:
        """Add the event's item; see `kernel.events.event_item` for `how`."""
        item = event_item(self.tenant, event, subject, **how)
        self.create(item, how.get("otherwise"))
        self.events.append(item)
        return item

    def mark(self, envelope: Envelope, consumer: str) -> None:
        """Note on the event's own item that `consumer` has handled it; raises AlreadyHandledError when it has before.

        The mark lives as long as the event, so an event delivered again after a day or a year changes nothing more.
        """
        item = EventItem(envelope.key.pk, envelope.key.sk)
        unmarked = EventItem.pk.exists() & ~EventItem.done.contains(consumer)
        self.update(item, [EventItem.done.add({consumer})], unmarked, AlreadyHandledError(envelope.id))

    def commit(self) -> None:
        """Write everything. Raises the error named beside the first write whose condition fails, ConflictError when
        others keep winning the race, UnavailableError when the table keeps refusing."""
        for failed in self.attempt():
            raise failed.error

    def attempt(self) -> list[Failed]:
        """The same, but answers all the writes whose condition failed; none when everything is written."""
        writes = self._writes.in_order()
        if len(writes) > MAX_WRITES:
            raise BrokenError(f"{len(writes)} writes in one transaction")
        for attempt in range(_ATTEMPTS):
            try:
                _send(writes)
            except TransactWriteError as error:
                if failed := _failed_conditions(error, writes):
                    return failed
                if attempt == _ATTEMPTS - 1 or not _is_race(error):
                    _give_up(error)
            else:
                return []
            full_jitter(0.02, attempt)
        return []

    def _note(self, item: Item) -> None:
        self._note_key((item.pk, item.sk), item.kind)

    def _note_key(self, key: tuple[str, str], kind: str) -> None:
        if key in self._keys:
            raise BrokenError(f"two writes to one {kind} item in a transaction")
        self._keys.add(key)


def _request(given: dict[str, Any], values: Wire | None) -> dict[str, Any]:
    request = given | {"TableName": Item.Meta.table_name, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return request | {"ExpressionAttributeValues": values} if values else request


def _send(writes: list[_Write]) -> None:
    connection: Connection = Item._get_connection().connection
    with TransactWrite(connection=connection, client_request_token=os.urandom(16).hex()) as send:
        for write in writes:
            write.add(send)


def _failed_conditions(error: TransactWriteError, writes: list[_Write]) -> list[Failed]:
    failed: list[Failed] = []
    for write, reason in zip(writes, error.cancellation_reasons, strict=False):
        if reason is not None and reason.code == "ConditionalCheckFailed":
            otherwise = write.otherwise
            wrong = otherwise if isinstance(otherwise, Exception) else otherwise(reason.raw_item)
            wrong.__cause__ = error
            failed.append(Failed(write.key, wrong, reason.raw_item))
    return failed


def _codes(error: TransactWriteError) -> set[str]:
    reasons = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return reasons | {refusal_of(error)}


def _is_race(error: TransactWriteError) -> bool:
    return bool(_codes(error) & _RACES)


def _give_up(error: TransactWriteError) -> NoReturn:
    codes = _codes(error)
    if "TransactionConflict" in codes:
        raise ConflictError("others are changing the same thing at this moment; try again") from error
    if codes & _RACES or codes == {""}:
        raise UnavailableError from error
    raise error
