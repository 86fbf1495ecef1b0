"""One stream of everything that happened with a customer, newest first (CUS-4). The events themselves are the timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.customers.entries_store import InteractionItem, NoteItem, interaction_key, note_key
from regulars.customers.store import read_item
from regulars.customers.timeline_store import page_of_events
from regulars.kernel.events import EventItem
from regulars.kernel.pagination import Page, page_of
from regulars.kernel.tenancy import Tenant

# A kind of entry and the names of its events, where they are not the same word.
_FAMILIES = {
    "profile": ("customer",),
    "order": ("order", "refund"),
    "message": ("message", "delivery", "consent", "preferences", "address"),
}
_KIND_OF = {family: kind for kind, families in _FAMILIES.items() for family in families}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `data` is the event's content, with the text of a note or interaction that still exists."""

    id: str
    time: datetime
    kind: str
    name: str
    title: str
    data: dict[str, Any]
    actor: str | None
    history: bool


def read_timeline(
    tenant: Tenant, customer_id: str, *, kinds: Iterable[str] = (), limit: int = 25, cursor: str | None = None
) -> Page[Entry]:
    """A page of the timeline, of these kinds only if any are named. Raises NotFoundError, GoneError.

    A page of some kinds reads a bounded number of events: it may be short, even empty, and still have a next one.
    """
    read_item(tenant, customer_id, consistent=False)
    families = [family for kind in kinds for family in _FAMILIES.get(kind, (kind,))]
    found = page_of_events(tenant, customer_id, families, limit=limit, cursor=cursor)
    texts = _texts(tenant, customer_id, found.items)
    return page_of(found, lambda item: _entry(item, texts))


def kind_of(name: str) -> str:
    """The kind of entry of an event's name: `order.placed` → `order`, `customer.updated` → `profile`."""
    family = name.partition(".")[0]
    return _KIND_OF.get(family, family)


def title_of(name: str) -> str:
    """A plain English title: `order.partially_refunded` → `Order partially refunded`; of behaviour only what was done."""
    family, _, deed = name.partition(".")
    words = deed if family == "behaviour" else f"{family} {deed}"
    return words.replace("_", " ").capitalize()


def _entry(item: EventItem, texts: dict[str, dict[str, Any]]) -> Entry:
    return Entry(
        id=item.id,
        time=item.time,
        kind=kind_of(item.name),
        name=item.name,
        title=title_of(item.name),
        data=item.data | texts.get(_entry_id(item), {}),
        actor=item.actor or None,
        history=item.history,
    )


def _entry_id(item: EventItem) -> str:
    return str(item.data.get("note_id") or item.data.get("interaction_id") or "")


def _texts(tenant: Tenant, customer_id: str, items: list[EventItem]) -> dict[str, dict[str, Any]]:
    """What the notes and interactions of a page say, by id: events carry no text of people."""
    ids = {_entry_id(item) for item in items} - {""}
    notes = [note_key(tenant, customer_id, one) for one in ids if one.startswith("not_")]
    interactions = [interaction_key(tenant, customer_id, one) for one in ids if one.startswith("int_")]
    found: dict[str, dict[str, Any]] = {}
    for note in NoteItem.read_many(notes) if notes else ():
        found[note.sk.removeprefix("N#")] = {"text": note.text, "by": note.by}
    for entry in InteractionItem.read_many(interactions) if interactions else ():
        said = {
            "summary": entry.summary,
            "outcome": entry.outcome,
            "direction": entry.direction,
            "by": entry.by,
        }
        found[entry.sk.removeprefix("I#")] = {name: value for name, value in said.items() if value}
    return found
