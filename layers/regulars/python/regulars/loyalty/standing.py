"""How a customer stands in the tenant's programs, and points that staff give or take by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from regulars.commerce import check_customer
from regulars.kernel.errors import ConflictError, ForbiddenError, InvalidError, MalformedError
from regulars.kernel.http.models import Code, Input, Line
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.pagination import MAX_LIMIT, Page
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import ledger_service
from regulars.loyalty.ledger import MOST_POINTS
from regulars.loyalty.ledger_store import Membership
from regulars.loyalty.lots import Lot, months_later
from regulars.loyalty.movements import Cause, Member, Movement
from regulars.loyalty.program_service import get_program, list_programs
from regulars.loyalty.programs import Program, ProgramStatus
from regulars.loyalty.standing_store import members_of
from regulars.platform import settings_of


def _not_zero(points: int) -> int:
    if not points:
        raise ValueError("should not be 0")
    return points


class Adjustment(Input):
    """Points that staff give, or take (below zero). The customer can read the reason."""

    points: Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS), AfterValidator(_not_zero)]
    reason: Line
    program_id: Code | None = Field(None, description="The tenant's only program that has begun unless given")


@dataclass(frozen=True, slots=True)
class Due:
    """So many points, at a moment."""

    at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`balance` can be spent now. `next_available` is when pending points become available next, `next_expiry` when points
    expire next, pending ones too."""

    program_id: str
    name: str
    status: ProgramStatus
    balance: int
    pending: int
    debt: int
    next_available: Due | None
    next_expiry: Due | None

    @classmethod
    def of(cls, program: Program, member: Member, now: datetime) -> "Standing":
        waiting = ((one.available_at, one) for one in member.lots if one.pending)
        ending = ((one.expires_at, one) for one in member.lots if one.expires_at and one.expires_at > now)
        return cls(
            program.id,
            program.name,
            program.status,
            member.spendable(now),
            member.pending,
            member.debt,
            _earliest(waiting),
            _earliest(ending),
        )


def _earliest(lots: Iterable[tuple[datetime, Lot]]) -> Due | None:
    by_moment: dict[datetime, int] = {}
    for at, lot in lots:
        by_moment[at] = by_moment.get(at, 0) + lot.left
    return Due(min(by_moment), by_moment[min(by_moment)]) if by_moment else None


def standings(tenant: Tenant, customer_id: str, *, now: datetime) -> list[Standing]:
    """In each program that runs or is paused, and in each that has ended in which they ever had points. Of the 100 newest
    programs. About 2 request units and 0.5 for every two programs. Raises NotFoundError, GoneError."""
    check_customer(tenant, customer_id)
    members = members_of(tenant, customer_id)
    return [
        Standing.of(one, members.get(one.id, Member(customer_id, one.id)), now)
        for one in _begun(tenant)
        if one.status is not ProgramStatus.ENDED or one.id in members
    ]


def customer_statement(
    tenant: Tenant, customer_id: str, program_id: str | None, *, limit: int, cursor: str | None
) -> Page[Movement]:
    """A customer's movements, newest first, each with the balances after it; of the only program that has begun, unless one is
    named. Raises NotFoundError, GoneError, InvalidError."""
    check_customer(tenant, customer_id)
    program = _program(tenant, program_id, "program_id")
    return ledger_service.statement(Membership(tenant, customer_id, program.id), limit=limit, cursor=cursor)


def adjust_points(
    tenant: Tenant, customer_id: str, given: Adjustment, *, now: datetime, unlimited: bool, once: Once | None
) -> Movement:
    """Give or take points. The Idempotency-Key is the business key: the same again moves nothing, for ever.

    What is given expires as the program says. Raises InsufficientPointsError, ForbiddenError (above the limit, unless
    `unlimited`), ConflictError (a draft), NotFoundError, GoneError, InvalidError, MalformedError without a key.
    """
    if once is None:
        raise MalformedError("this needs an Idempotency-Key, so that a repetition moves nothing twice")
    recall(tenant, once)
    program = _program(tenant, given.program_id, "/program_id")
    if program.status is ProgramStatus.DRAFT:
        raise ConflictError("this program has not begun")
    limit = program.points.adjustment_limit
    if not unlimited and limit is not None and abs(given.points) > limit:
        raise ForbiddenError(f"with this role {limit} points at a time can be given or taken at the most")
    cause = Cause(f"adjust:{once.caller}:{once.key}", now, reason=given.reason, actor=once.caller)
    return ledger_service.adjust(
        Membership(tenant, customer_id, program.id),
        cause,
        given.points,
        expires_at=_expiry(tenant, program, now) if given.points > 0 else None,
        once=once,
    )


def _expiry(tenant: Tenant, program: Program, at: datetime) -> datetime | None:
    months = program.points.expiry_months
    return months_later(at, months, ZoneInfo(settings_of(tenant).time_zone)) if months else None


def _begun(tenant: Tenant) -> list[Program]:
    programs = list_programs(tenant, limit=MAX_LIMIT).items
    return [one for one in programs if one.status is not ProgramStatus.DRAFT]


def _program(tenant: Tenant, program_id: str | None, pointer: str) -> Program:
    """The program that is named, or the only one that has begun and not ended."""
    if program_id is not None:
        return get_program(tenant, program_id)
    running = [one for one in _begun(tenant) if one.status is not ProgramStatus.ENDED]
    if len(running) != 1:
        raise InvalidError.of(pointer, "name the program: there is not exactly one that runs")
    return running[0]
