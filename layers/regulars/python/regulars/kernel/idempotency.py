"""Guards that last for ever: uniqueness of a value, and the effect of an Idempotency-Key.

DynamoDB's own request token is forgotten after ten minutes; a shop's retry may come after a day.
"""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError, KeyReusedError, RegularsError
from regulars.kernel.http.answer import Answer
from regulars.kernel.ids import digest
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant


class AnsweredBeforeError(RegularsError):
    """The same request was carried out before; `answer` is what it got. Not a failure."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class GuardItem(Item):
    """`value` of kind `what` belongs to `owner`."""

    kind = UnicodeAttribute(default="guard")
    owner = UnicodeAttribute()

    @classmethod
    def of(cls, tenant: Tenant, what: str, value: str, owner: str) -> Self:
        return cls(tenant.partition("G", what, value), "GUARD", owner=owner)


def owner_of(tenant: Tenant, what: str, value: str, *, consistent: bool = False) -> str | None:
    """Who holds a guarded value, or None."""
    item = GuardItem.read(tenant.partition("G", what, value), "GUARD", consistent=consistent)
    return item.owner if item else None


def owners_of(tenant: Tenant, what: str, values: Iterable[str]) -> dict[str, str]:
    """Who holds which of these values, of those that are held. One request unit each, read consistently, 100 a request."""
    places = {tenant.partition("G", what, value): value for value in values}
    keys = [(pk, "GUARD") for pk in places]
    found: dict[str, str] = {}
    for start in range(0, len(keys), 100):
        for item in GuardItem.batch_get(keys[start : start + 100], consistent_read=True):
            found[places[item.pk]] = item.owner
    return found


class OnceItem(Item):
    """An Idempotency-Key that was used, with the answer it got."""

    kind = UnicodeAttribute(default="once")
    request = UnicodeAttribute()
    status = NumberAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    location = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Once:
    """One use of an Idempotency-Key. `request` is a digest of route and body; `render` makes the answer of a result."""

    caller: str
    key: str
    request: str
    render: Callable[[Any], Answer]

    def place(self, tenant: Tenant) -> tuple[str, str]:
        """Where it is kept: keys of different callers never meet."""
        return tenant.partition("K", digest(self.caller, self.key)), "KEY"

    def item(self, tenant: Tenant, result: Any) -> OnceItem:
        answer = self.render(result)
        return OnceItem(
            *self.place(tenant),
            request=self.request,
            status=answer.status,
            body=zlib.compress(answer.body.encode(), 9),
            location=answer.headers.get("location"),
        )

    def replay(self, raw: dict[str, Any] | None) -> Exception:
        """What to raise when the key was used before, given the item as DynamoDB returned it."""
        if raw is None:
            return ConflictError("a request with this Idempotency-Key is being carried out")
        item = OnceItem.from_raw_data(raw)
        return self._before(item)

    def _before(self, item: OnceItem) -> RegularsError:
        if item.request != self.request:
            return KeyReusedError()
        headers = {"location": item.location} if item.location else {}
        return AnsweredBeforeError(Answer(int(item.status), zlib.decompress(item.body).decode(), headers))


def recall(tenant: Tenant, once: Once | None) -> None:
    """Raise AnsweredBeforeError (or KeyReusedError) if the key was used.

    For work that takes several transactions, or reads state that its own first run changed: call it first, and
    `Transaction.remember` in the last one.
    """
    if once is None:
        return
    item = OnceItem.read(*once.place(tenant), consistent=True)
    if item is not None:
        raise once._before(item)
