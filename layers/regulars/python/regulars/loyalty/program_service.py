"""Use cases of loyalty programs: create, read, list, change, delete."""

from dataclasses import replace
from datetime import datetime

from regulars.commerce import contended
from regulars.kernel.errors import ConflictError, NotFoundError, StaleError
from regulars.kernel.events import Event
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import natural_id, new_id
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.loyalty.program_events import (
    ProgramActivated,
    ProgramCreated,
    ProgramDeleted,
    ProgramEnded,
    ProgramPaused,
    ProgramUpdated,
    about_program,
)
from regulars.loyalty.program_store import (
    ProgramMovedError,
    create_program_item,
    delete_program_item,
    page_programs,
    read_program,
    save_program,
)
from regulars.loyalty.program_uses import check_segment_rules, note_uses
from regulars.loyalty.programs import NewProgram, Program, ProgramChange, ProgramStatus, require_consistent

_BECAME = {
    ProgramStatus.ACTIVE: ProgramActivated,
    ProgramStatus.PAUSED: ProgramPaused,
    ProgramStatus.ENDED: ProgramEnded,
}


def get_program(tenant: Tenant, program_id: str) -> Program:
    """A program as it is now. Raises NotFoundError."""
    found = read_program(tenant, program_id)
    if found is None:
        raise NotFoundError("there is no such program")
    return found


def list_programs(
    tenant: Tenant, *, status: ProgramStatus | None = None, limit: int = 25, cursor: str | None = None
) -> Page[Program]:
    """Programs, the newest first. A filtered page may be short and have a next."""
    return page_programs(tenant, status=status, limit=limit, cursor=cursor)


def create_program(
    tenant: Tenant, given: NewProgram, *, now: datetime, by: str = "", once: Once | None = None
) -> Program:
    """A new draft. Raises InvalidError, pointing at each, for what contradicts itself or names what is not there."""
    recall(tenant, once)
    identifier = natural_id("lpr", now, tenant.id, once.caller, once.key) if once else new_id("lpr", now)
    program = Program.new(identifier, given, now, by)
    _check(tenant, program)
    tx = Transaction(tenant)
    tx.remember(once, program)
    create_program_item(tx, program)
    note_uses(tx, None, program)
    tx.emit(ProgramCreated(program_id=program.id), about_program(tenant, program.id), at=now)
    tx.commit()
    return program


def change_program(
    tenant: Tenant, program_id: str, change: ProgramChange, *, now: datetime, version: int | None = None
) -> Program:
    """Change what `change` names, the status too. One that has begun keeps its period, one that has ended everything.

    Raises NotFoundError, StaleError (`version`), ConflictError, InvalidError.
    """

    def attempt(again: bool) -> Program:
        before = get_program(tenant, program_id)
        if version not in {None, before.version}:
            raise StaleError
        after = change.applied_to(before)
        if after == before:
            return before
        _check(tenant, after)
        after = replace(after, updated_at=now, version=before.version + 1)
        tx = Transaction(tenant)
        save_program(tx, after, before)
        note_uses(tx, before, after)
        for event in _told(before, after):
            tx.emit(event, about_program(tenant, program_id), at=now)
        tx.commit()
        return after

    return contended(attempt, ProgramMovedError)


def _check(tenant: Tenant, program: Program) -> None:
    require_consistent(program)
    check_segment_rules(tenant, program)


def _told(before: Program, after: Program) -> list[Event]:
    fields = [name for name in after.differs_in(before) if name != "status"]
    events: list[Event] = [ProgramUpdated(program_id=after.id, fields=fields)] if fields else []
    if after.status is not before.status:
        events.append(_BECAME[after.status](program_id=after.id))
    return events


def delete_program(tenant: Tenant, program_id: str, *, now: datetime, version: int | None = None) -> None:
    """Remove a draft. Raises NotFoundError, StaleError, ConflictError for one that has begun."""

    def attempt(again: bool) -> None:
        before = get_program(tenant, program_id)
        if version not in {None, before.version}:
            raise StaleError
        if before.status is not ProgramStatus.DRAFT:
            raise ConflictError(f"this program is {before.status}; only a draft can be deleted")
        tx = Transaction(tenant)
        delete_program_item(tx, before)
        note_uses(tx, before, None)
        tx.emit(ProgramDeleted(program_id=program_id), about_program(tenant, program_id), at=now)
        tx.commit()

    contended(attempt, ProgramMovedError)
