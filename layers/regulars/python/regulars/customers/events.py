"""Domain events of customers. They name fields and never carry their content: no personal data travels."""

from datetime import datetime

from regulars.kernel.events import Event


class CustomerCreated(Event, name="customer.created"):
    status: str
    source: str | None = None
    country: str | None = None
    language: str | None = None


class CustomerUpdated(Event, name="customer.updated"):
    """Every change of a profile. `was` holds the former status, source or country, of those that changed."""

    changed: list[str]
    status: str
    source: str | None = None
    country: str | None = None
    was: dict[str, str | None] = {}


class CustomerStatusChanged(Event, name="customer.status_changed"):
    """Beside `customer.updated`, with the reason that was given."""

    status: str
    was: str
    reason: str | None = None


class CustomerTagged(Event, name="customer.tagged"):
    """Beside `customer.updated`: the tags that came and went."""

    added: list[str] = []
    removed: list[str] = []


class CustomerDeleted(Event, name="customer.deleted"):
    """What the statistics must take back: the dimensions and totals at the moment of deletion."""

    status: str
    created_at: datetime
    source: str | None = None
    country: str | None = None
    currency: str | None = None
    orders: int = 0
    spent: int = 0


class InteractionLogged(Event, name="interaction.logged"):
    interaction_id: str
    type: str
    direction: str | None = None
    follow_up_at: datetime | None = None


class InteractionUpdated(Event, name="interaction.updated"):
    interaction_id: str
    type: str
    changed: list[str]


class InteractionDue(Event, name="interaction.due"):
    """The follow-up of an interaction is due, once for each moment that was set."""

    interaction_id: str
    type: str
    due_at: datetime


class NoteAdded(Event, name="note.added"):
    note_id: str


class NoteEdited(Event, name="note.edited"):
    note_id: str


class NoteDeleted(Event, name="note.deleted"):
    note_id: str
