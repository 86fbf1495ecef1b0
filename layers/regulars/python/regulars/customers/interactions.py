"""Calls, emails, meetings, notes and tickets that staff log, with outcome and follow-up; a reminder when that is due (CUS-5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from regulars.customers.entries_store import (
    InteractionItem,
    interaction_key,
    page_of_interactions,
    read_interaction,
)
from regulars.customers.events import InteractionDue, InteractionLogged, InteractionUpdated
from regulars.customers.model import whole
from regulars.customers.reference import customer_subject
from regulars.customers.store import read_item
from regulars.kernel.clock import iso
from regulars.kernel.errors import InvalidError, RegularsError, StaleError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.http.models import Input, Line, Moment, Text
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page, page_of
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm, settle
from regulars.kernel.transaction import Transaction

DUE = "interaction.due"
Type = Literal["call", "email", "meeting", "note", "ticket"]
Direction = Literal["inbound", "outbound"]


class NewInteraction(Input):
    """`happened_at` is now if left out; at `follow_up_at` a reminder is due."""

    type: Type
    direction: Direction | None = None
    summary: Text
    outcome: Line | None = None
    happened_at: Moment | None = None
    follow_up_at: Moment | None = None


class InteractionPatch(Input):
    """Only what is named changes; null removes."""

    type: Type | None = None
    direction: Direction | None = None
    summary: Text | None = None
    outcome: Line | None = None
    happened_at: Moment | None = None
    follow_up_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """`by` is the caller who logged it."""

    id: str
    customer_id: str
    type: str
    summary: str
    by: str
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    version: int
    direction: str | None = None
    outcome: str | None = None
    follow_up_at: datetime | None = None
    reminded_at: datetime | None = None


def log_interaction(
    tenant: Tenant,
    customer_id: str,
    new: NewInteraction,
    *,
    by: str,
    now: datetime,
    once: Once | None = None,
) -> Interaction:
    """A new interaction, its reminder armed. Raises NotFoundError, GoneError for the customer."""
    read_item(tenant, customer_id, consistent=False)
    now = whole(now)
    item = InteractionItem(
        *interaction_key(tenant, customer_id, new_id("int", now)),
        type=new.type,
        direction=new.direction,
        summary=new.summary,
        outcome=new.outcome,
        happened_at=whole(new.happened_at or now),
        follow_up_at=new.follow_up_at and whole(new.follow_up_at),
        by=by,
        created_at=now,
        updated_at=now,
    )
    interaction = _interaction(customer_id, item, version=1)
    tx = Transaction(tenant)
    tx.remember(once, interaction)
    tx.create(item)
    if interaction.follow_up_at is not None:
        arm(tx, _timer(tenant, customer_id, interaction.id, interaction.follow_up_at))
    event = InteractionLogged(
        interaction_id=interaction.id,
        type=new.type,
        direction=new.direction,
        follow_up_at=interaction.follow_up_at,
    )
    tx.emit(event, customer_subject(tenant, customer_id), at=interaction.happened_at)
    tx.commit()
    return interaction


def list_interactions(
    tenant: Tenant, customer_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[Interaction]:
    """The newest first. Raises NotFoundError, GoneError for the customer."""
    read_item(tenant, customer_id, consistent=False)
    found = page_of_interactions(tenant, customer_id, limit, cursor)
    return page_of(found, lambda item: _interaction(customer_id, item))


def change_interaction(
    tenant: Tenant,
    customer_id: str,
    interaction_id: str,
    patch: InteractionPatch,
    *,
    now: datetime,
    if_match: int | None = None,
) -> Interaction:
    """Apply what the patch names; a follow-up that moves takes its reminder along. Raises StaleError, NotFoundError."""
    read_item(tenant, customer_id, consistent=False)
    item = read_interaction(tenant, customer_id, interaction_id)
    if if_match is not None and if_match != item.version:
        raise StaleError
    before = _interaction(customer_id, item)
    changed = _apply(item, patch)
    if not changed:
        return before
    item.updated_at = whole(now)
    after = _interaction(customer_id, item, version=before.version + 1)
    tx = Transaction(tenant)
    if "follow_up_at" in changed:
        _move_reminder(tx, before, after)
    tx.save(item, otherwise=StaleError())
    event = InteractionUpdated(interaction_id=interaction_id, type=after.type, changed=changed)
    tx.emit(event, customer_subject(tenant, customer_id), at=now)
    tx.commit()
    return after


def _apply(item: InteractionItem, patch: InteractionPatch) -> list[str]:
    changed = []
    for name in sorted(patch.model_fields_set):
        value: Any = getattr(patch, name)
        value = whole(value) if isinstance(value, datetime) else value
        if value is None and name in ("type", "summary", "happened_at"):
            raise InvalidError.of(f"/{name}", "cannot be removed")
        if getattr(item, name) != value:
            setattr(item, name, value)
            changed.append(name)
    if "follow_up_at" in changed:
        item.reminded_at = None
    return changed


def _move_reminder(tx: Transaction, before: Interaction, after: Interaction) -> None:
    if before.follow_up_at is not None and before.reminded_at is None:
        disarm(tx, _timer(tx.tenant, before.customer_id, before.id, before.follow_up_at))
    if after.follow_up_at is not None:
        arm(tx, _timer(tx.tenant, after.customer_id, after.id, after.follow_up_at))


def remind(timer: Timer, now: datetime) -> None:
    """The owner of timers `interaction.due`: tells once that a follow-up is due. Raises AlreadyHandledError the second time.

    A timer whose interaction has moved, or whose customer is gone, is only put away.
    """
    customer_id, _, interaction_id = timer.subject.partition("/")
    tx = Transaction(timer.tenant)
    settle(tx, timer)
    item = _waiting(timer, customer_id, interaction_id)
    if item is not None:
        item.reminded_at = now
        tx.save(item, otherwise=AlreadyHandledError(timer.name))
        event = InteractionDue(interaction_id=interaction_id, type=item.type, due_at=timer.due)
        tx.emit(event, customer_subject(timer.tenant, customer_id), at=now)
    tx.commit()


def _waiting(timer: Timer, customer_id: str, interaction_id: str) -> InteractionItem | None:
    try:
        read_item(timer.tenant, customer_id)
        item = read_interaction(timer.tenant, customer_id, interaction_id)
    except RegularsError as error:
        if error.status in (404, 410):
            return None
        raise
    return item if item.follow_up_at and iso(item.follow_up_at) == iso(timer.due) else None


def _timer(tenant: Tenant, customer_id: str, interaction_id: str, due: datetime) -> Timer:
    return Timer(tenant, DUE, f"{customer_id}/{interaction_id}", due)


def _interaction(customer_id: str, item: InteractionItem, version: int = 0) -> Interaction:
    return Interaction(
        id=item.sk.removeprefix("I#"),
        customer_id=customer_id,
        type=item.type,
        summary=item.summary,
        by=item.by,
        happened_at=item.happened_at,
        created_at=item.created_at,
        updated_at=item.updated_at,
        version=version or int(item.version),
        direction=item.direction,
        outcome=item.outcome,
        follow_up_at=item.follow_up_at,
        reminded_at=item.reminded_at,
    )
