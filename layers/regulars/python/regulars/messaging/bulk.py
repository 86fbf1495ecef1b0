"""Messages to up to a thousand named customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regulars.customers import CustomerRef, known_by
from regulars.kernel.errors import InvalidError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.dispatch_model import Dispatch, Door
from regulars.messaging.dispatches import get_dispatch, set_gate, start_dispatch, totals
from regulars.messaging.model import Channel, Choice, Message


@dataclass(frozen=True, slots=True)
class NewBulkMessage:
    """A message to many; without a category the template's own holds."""

    customers: Sequence[CustomerRef]
    template: str
    channels: tuple[Channel, ...]
    choice: Choice = Choice.ALL
    category: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    expires_at: datetime | None = None
    name: str = ""
    throttle_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Bulk:
    """How a dispatch stands: `handled` of `customers` have had their turn; `counts` are `<channel>_<measure>`; `unknown` are
    references that name nobody, at their places in the request."""

    id: str
    name: str
    state: Door
    template: str
    created_at: datetime
    customers: int
    handled: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()


def start_bulk(tenant: Tenant, given: NewBulkMessage, now: datetime, once: Once | None = None) -> Bulk:
    """Send a message to many. Raises InvalidError for a template or category that is not there."""
    recall(tenant, once)
    # Templates are loaded only by who sends.
    from regulars.messaging.sending.single import checked

    message = Message(
        new_id("msg", now),
        now,
        given.template,
        tuple(dict.fromkeys(given.channels)),
        given.category,
        given.choice,
        about=given.about,
        values=given.values,
        expires_at=given.expires_at,
    )
    message = checked(tenant, message)
    ids, unknown = _ids(tenant, given.customers)
    if not ids:
        raise InvalidError.of("/customers", "names nobody who is known")
    identifier = new_id("dsp", now)
    dispatch = Dispatch(
        identifier,
        given.name,
        replace(message, dispatch_id=identifier),
        Door.OPEN,
        now,
        given.throttle_per_minute,
        planned=len(ids),
    )
    found = replace(_view(dispatch, {}), unknown=tuple(unknown))
    start_dispatch(tenant, dispatch, ids, now, once, answer=found)
    return found


def get_bulk(tenant: Tenant, dispatch_id: str) -> Bulk:
    """How it stands now. Raises NotFoundError. 9 request units."""
    return _view(get_dispatch(tenant, dispatch_id), totals(tenant, dispatch_id))


def move_bulk(tenant: Tenant, dispatch_id: str, door: str, now: datetime, once: Once | None = None) -> Bulk:
    """Pause, resume or cancel. Raises NotFoundError, and ConflictError when it was cancelled."""
    counts = totals(tenant, dispatch_id)
    dispatch = get_dispatch(tenant, dispatch_id)
    view = _view(replace(dispatch, state=Door(door)), counts)
    set_gate(tenant, dispatch_id, door, now, once, answer=view)
    return get_bulk(tenant, dispatch_id)


def _view(dispatch: Dispatch, counts: Mapping[str, int]) -> Bulk:
    return Bulk(
        dispatch.id,
        dispatch.name,
        dispatch.state,
        dispatch.message.template,
        dispatch.created_at,
        dispatch.planned,
        counts.get("handled", 0),
        {name: count for name, count in counts.items() if name != "handled" and count},
    )


def _ids(tenant: Tenant, refs: Sequence[CustomerRef]) -> tuple[list[str], list[int]]:
    """The ids of those who are known, each once, and the places of those who are not. An id is believed: whoever does not exist
    gets nothing."""
    external = known_by(tenant, "external_id", [one.external_id for one in refs if one.external_id])
    emails = known_by(tenant, "email", [one.email for one in refs if one.email])
    found = [one.id or external.get(one.external_id or "") or emails.get(one.email or "") for one in refs]
    ids = list(dict.fromkeys(one for one in found if one))
    return ids, [place for place, one in enumerate(found) if not one]
