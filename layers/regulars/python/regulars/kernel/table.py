"""The table: one item base class and the few ways to read. Writes go through `kernel.transaction`.

Keys: `pk`/`sk` and two indexes, both with all attributes: `by_list` (lists in time order) and `by_sort` (other orders).
No read here can scan: each needs a partition key.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Generic, Self, TypeVar

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS
from pynamodb.connection.table import TableConnection
from pynamodb.constants import STRING
from pynamodb.exceptions import GetError, PynamoDBException, QueryError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

import regulars.kernel.aws  # noqa: F401  (PynamoDB must share the session before its first use)
from regulars.kernel.backoff import full_jitter
from regulars.kernel.clock import iso
from regulars.kernel.errors import MalformedError
from regulars.kernel.settings import TableSettings

T = TypeVar("T")

_MOST_KEYS = 100
_KEYS = {
    "": ("pk", "sk"),
    "by_list": ("pk", "sk", "g1pk", "g1sk"),
    "by_sort": ("pk", "sk", "g2pk", "g2sk"),
}


class JsonAttribute(Attribute[Any]):
    """Nested data as compact JSON text: smaller than a map and read at once; DynamoDB cannot filter on it."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def deserialize(self, value: str) -> Any:
        return json.loads(value)


class TimeAttribute(Attribute[datetime]):
    """A moment as ISO 8601 text with milliseconds and `Z`, which sorts in time order."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return iso(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


class ByList(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_list"
        projection = AllProjection()

    g1pk = UnicodeAttribute(hash_key=True)
    g1sk = UnicodeAttribute(range_key=True)


class BySort(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_sort"
        projection = AllProjection()

    g2pk = UnicodeAttribute(hash_key=True)
    g2sk = UnicodeAttribute(range_key=True)


class Item(Model):
    """Base of every item. A subclass sets `kind` by `kind = UnicodeAttribute(default="…")` and stays in a `store.py`."""

    class Meta:
        table_name = TableSettings.load().table_name

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    g1pk = UnicodeAttribute(null=True)
    g1sk = UnicodeAttribute(null=True)
    g2pk = UnicodeAttribute(null=True)
    g2sk = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    by_list = ByList()
    by_sort = BySort()

    @classmethod
    def _get_connection(cls) -> TableConnection:
        # One for all kinds of items: whichever kind came first would make a client of its own, tens of ms each.
        return super()._get_connection() if cls is Item else Item._get_connection()

    @classmethod
    def read(cls, pk: str, sk: str, *, consistent: bool = False) -> Self | None:
        """The item under a key, or None. 0.5 request units per 4 KB; 1 when consistent."""
        try:
            return cls.get(pk, sk, consistent_read=consistent)
        except cls.DoesNotExist:
            return None

    @classmethod
    def read_many(cls, keys: Iterable[tuple[str, str]], *, consistent: bool = False) -> list[Self]:
        """The items under up to 100 distinct keys, those that exist, in no order."""
        return [cls.from_raw_data(raw) for raw in cls.raw_many(keys, consistent=consistent)]

    @classmethod
    def raw_many(cls, keys: Iterable[tuple[str, str]], *, consistent: bool = False) -> list[dict[str, Any]]:
        """The same as they came over the wire, for those who read very many."""
        left: list[dict[str, Any]] = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys)]
        connection: Connection = Item._get_connection().connection
        table = Item.Meta.table_name
        found: list[dict[str, Any]] = []
        for attempt in count():
            if not left:
                break
            asked = {"Keys": left[:_MOST_KEYS], "ConsistentRead": consistent}
            try:
                answer = connection.dispatch("BatchGetItem", {"RequestItems": {table: asked}})
            except BOTOCORE_EXCEPTIONS as error:
                raise GetError("the items could not be read", error) from error
            found += answer["Responses"].get(table, ())
            refused = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            left = left[_MOST_KEYS:] + refused
            if refused:
                full_jitter(0.02, min(attempt, 6))
        return found

    @classmethod
    def page(
        cls,
        pk: str,
        sort: Condition | None = None,
        *,
        index: str = "",
        limit: int = 25,
        newest_first: bool = False,
        after: dict[str, Any] | None = None,
        only: Condition | None = None,
        consistent: bool = False,
        read_at_most: int = 2000,
    ) -> "Found[Self]":
        """One page of a partition or, by `index`, of a list. `after` is the previous page's `last`.

        `only` filters what is read, of which about `read_at_most` items at the most: a filtered page may be short, even
        empty, and still have a `last`. Costs 0.5 request units per 4 KB read.
        """
        found = cls.raw_page(
            pk,
            sort,
            index=index,
            limit=limit,
            newest_first=newest_first,
            after=after,
            only=only,
            consistent=consistent,
            read_at_most=read_at_most,
        )
        return Found([cls.from_raw_data(raw) for raw in found.items], found.last)

    @classmethod
    def raw_page(
        cls,
        pk: str,
        sort: Condition | None = None,
        *,
        index: str = "",
        limit: int = 25,
        newest_first: bool = False,
        after: dict[str, Any] | None = None,
        only: Condition | None = None,
        consistent: bool = False,
        read_at_most: int = 2000,
    ) -> "Found[dict[str, Any]]":
        """The same as it came over the wire, for those who read very many."""
        _check_position(after, index, pk)
        step = limit if only is None else min(read_at_most, 250)
        pages = cls.query(
            pk,
            sort,
            filter_condition=only,
            index_name=index or None,
            consistent_read=consistent,
            scan_index_forward=not newest_first,
            page_size=step,
            last_evaluated_key=after,
        ).page_iter
        items: list[dict[str, Any]] = []
        for page in _refusing_foreign_positions(pages, after):
            for raw in page["Items"]:
                items.append(raw)
                if len(items) == limit:
                    at_end = pages.last_evaluated_key is None and raw is page["Items"][-1]
                    return Found(items, None if at_end else {name: raw[name] for name in _KEYS[index]})
            if pages.total_scanned_count >= read_at_most:
                break
        return Found(items, pages.last_evaluated_key)

    def update_if(self, actions: Sequence[Action], condition: Condition | None = None) -> bool:
        """Change attributes in place if the item is there and `condition` holds; whether it did."""
        try:
            self.update(
                list(actions),
                condition=Item.pk.exists() & condition if condition is not None else Item.pk.exists(),
            )
        except UpdateError as error:
            if refusal_of(error) != "ConditionalCheckFailedException":
                raise
            return False
        return True

    @classmethod
    def each(cls, pk: str, sort: Condition | None = None, *, consistent: bool = False) -> Iterator[Self]:
        """All items of a partition, read page by page."""
        return iter(cls.query(pk, sort, consistent_read=consistent))


def refusal_of(error: PynamoDBException) -> str:
    """The code by which the table refused, such as `ValidationException`; "" where no answer came at all."""
    # PynamoDB's own property fails on errors of transport, whose response is None.
    answer = getattr(error.cause, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _check_position(after: dict[str, Any] | None, index: str, pk: str) -> None:
    """A position comes from a client's cursor: it must be one of this very list. Raises MalformedError."""
    names = _KEYS[index]
    if after is None:
        return
    if set(after) != set(names) or after[names[-2]]["S"] != pk or not all(key["S"] for key in after.values()):
        raise MalformedError("the cursor is not one of this list")


def _refusing_foreign_positions(pages: Iterator[Any], after: dict[str, Any] | None) -> Iterator[Any]:
    try:
        yield from pages
    except QueryError as error:
        # The cursor of the same list with other bounds.
        if after is not None and refusal_of(error) == "ValidationException":
            raise MalformedError("the cursor is not one of this list") from error
        raise


@dataclass(slots=True)
class Found(Generic[T]):
    """A page of items and where the next one starts (None at the end)."""

    items: list[T]
    last: dict[str, Any] | None = field(default=None)
