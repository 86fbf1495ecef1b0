"""Domain events. An event is an item in its subject's partition: the timeline, the outbox and the history in one.

It is written in the transaction of the change; the table's stream carries it to `publish_events` and from there to the bus.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from regulars.kernel.clock import iso
from regulars.kernel.context import current_work
from regulars.kernel.errors import BrokenError, RegularsError
from regulars.kernel.ids import new_id
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant

E = TypeVar("E", bound="Event")

_NAME = re.compile(r"[a-z_]+\.[a-z_]+\Z")
_registry: dict[str, type["Event"]] = {}


class AlreadyHandledError(RegularsError):
    """This consumer has handled this event before; not a failure."""


class Event(BaseModel):
    """Base of all domain events: `class OrderPlaced(Event, name="order.placed")`, past tense, version 1 unless said."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    name: ClassVar[str] = ""
    version: ClassVar[int] = 1

    def __init_subclass__(cls, *, name: str = "", version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not name:
            return
        if not _NAME.match(name) or name in _registry:
            raise BrokenError(f"event name {name!r} is malformed or taken")
        cls.name, cls.version = name, version
        _registry[name] = cls


def registered_events() -> dict[str, type[Event]]:
    """Every event class that has been imported, by name (for schemas and docs)."""
    return dict(_registry)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: its id, and the partition that keeps its events."""

    id: str
    pk: str


class EventItem(Item):
    kind = UnicodeAttribute(default="event")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    version = NumberAttribute()
    tenant = UnicodeAttribute()
    time = TimeAttribute()
    subject = UnicodeAttribute()
    history = BooleanAttribute(default=False)
    correlation = UnicodeAttribute(null=True)
    causation = UnicodeAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    data = JsonAttribute()
    done = UnicodeSetAttribute(null=True)


class Key(BaseModel):
    """Where the event's item is."""

    model_config = ConfigDict(frozen=True)
    pk: str
    sk: str


class Envelope(BaseModel):
    """An event as it travels. `history` marks what was imported from the past: it never triggers sends."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    id: str
    name: str
    version: int
    tenant: str
    time: datetime
    subject: str
    key: Key
    history: bool = False
    correlation: str = ""
    causation: str = ""
    actor: str = ""
    data: dict[str, Any]

    @classmethod
    def of(cls, item: EventItem) -> Self:
        return cls(
            id=item.id,
            name=item.name,
            version=int(item.version),
            tenant=item.tenant,
            time=item.time,
            subject=item.subject,
            key=Key(pk=item.pk, sk=item.sk),
            history=item.history,
            correlation=item.correlation or "",
            causation=item.causation or "",
            actor=item.actor or "",
            data=item.data,
        )

    def owner(self) -> Tenant:
        """The tenant whose event this is. Raises BrokenError if the item lies in another tenant's partition."""
        tenant = Tenant(self.tenant)
        if not self.key.pk.startswith(tenant.partition() + "#"):
            raise BrokenError("an event outside its tenant's partitions")
        return tenant

    def read(self, event: type[E]) -> E:
        """The event itself, typed."""
        return event.model_validate(self.data)


def event_item(
    tenant: Tenant,
    event: Event,
    subject: Subject,
    *,
    at: datetime,
    id: str = "",
    history: bool = False,
) -> EventItem:
    """The item of an event that happened `at`; its place in the timeline is its own time, not the time of writing."""
    work = current_work()
    identifier = id or new_id("evt", at)
    return EventItem(
        subject.pk,
        "E#" + identifier.rpartition("_")[2],
        id=identifier,
        name=event.name,
        version=event.version,
        tenant=tenant.id,
        time=at,
        subject=subject.id,
        history=history,
        correlation=work.correlation or None,
        causation=work.causation or None,
        actor=work.actor or None,
        data=event.model_dump(mode="json", exclude_none=True),
    )


def event_wire(tenant: Tenant, event: Event, subject: Subject, *, at: datetime) -> dict[str, Any]:
    """The same item in the form of the wire, for those who write very many."""
    work = current_work()
    identifier = new_id("evt", at)
    texts = {
        "pk": subject.pk,
        "sk": "E#" + identifier.rpartition("_")[2],
        "kind": "event",
        "id": identifier,
        "name": event.name,
        "tenant": tenant.id,
        "time": iso(at),
        "subject": subject.id,
        "correlation": work.correlation,
        "causation": work.causation,
        "actor": work.actor,
        "data": event.model_dump_json(exclude_none=True),
    }
    item: dict[str, Any] = {name: {"S": text} for name, text in texts.items() if text}
    return item | {"version": {"N": str(event.version)}, "history": {"BOOL": False}}
