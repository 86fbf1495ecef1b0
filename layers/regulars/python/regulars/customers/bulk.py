"""One action on many customers, each on its own: who fails is named, the others are done (CUS-9)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NoReturn, assert_never

from pydantic import Field

from regulars.customers.fields import Status, Tag
from regulars.customers.notes import add_note
from regulars.customers.service import retag, set_status
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.http.answer import Answer
from regulars.kernel.http.models import Code, Input, Line, Text
from regulars.kernel.idempotency import AnsweredBeforeError, Once, recall
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class Bulk(Input):
    """`tag` and `untag` need `tags`, `status` needs `status` and takes a `reason`, `note` needs `text`."""

    action: Literal["tag", "untag", "status", "note"]
    customer_ids: list[Code] = Field(min_length=1, max_length=100)
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    status: Status | None = None
    reason: Line | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one customer; `status` is the HTTP status that the action alone would have had."""

    customer_id: str
    done: bool
    status: int
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    done: int
    failed: int
    results: list[Result]


def act_on_many(
    tenant: Tenant, wanted: Bulk, *, by: str, now: datetime, once: Once | None = None
) -> BulkResult:
    """Carry out the action on each customer once, in the order in which they are named."""
    recall(tenant, once)
    act = _action(tenant, wanted, by, now, once)
    results = [_try(act, customer_id) for customer_id in dict.fromkeys(wanted.customer_ids)]
    done = sum(result.done for result in results)
    whole = BulkResult(done, len(results) - done, results)
    if once is not None:
        tx = Transaction(tenant)
        tx.remember(once, whole)
        tx.commit()
    return whole


def _action(tenant: Tenant, wanted: Bulk, by: str, now: datetime, once: Once | None) -> Callable[[str], Any]:
    match wanted.action:
        case "tag" | "untag":
            tags = tuple(wanted.tags) or _needed("tags", wanted)
            add, remove = (tags, ()) if wanted.action == "tag" else ((), tags)
            return lambda id: retag(tenant, id, add=add, remove=remove, now=now)
        case "status":
            status = wanted.status or _needed("status", wanted)
            return lambda id: set_status(tenant, id, status, reason=wanted.reason, now=now)
        case "note":
            text = wanted.text or _needed("text", wanted)
            return lambda id: add_note(tenant, id, text, by=by, now=now, once=_of_one(once, id))
        case _:
            assert_never(wanted.action)


def _needed(field: str, wanted: Bulk) -> NoReturn:
    raise InvalidError.of(f"/{field}", f"is needed for the action {wanted.action}")


def _of_one(once: Once | None, customer_id: str) -> Once | None:
    """A key of each customer's own: a request that died half-way and is sent again must not note twice."""
    return once and replace(once, key=f"{once.key}/{customer_id}", render=lambda _: Answer(200, ""))


def _try(act: Callable[[str], Any], customer_id: str) -> Result:
    try:
        act(customer_id)
    except AnsweredBeforeError:
        return Result(customer_id, True, 200)
    except RegularsError as error:
        if error.status >= 500:
            raise
        return Result(customer_id, False, error.status, error.detail)
    return Result(customer_id, True, 200)
