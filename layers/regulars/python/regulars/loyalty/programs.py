"""Loyalty programs: what one consists of, what may become of it, and what in it contradicts itself. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from regulars.customers import Day
from regulars.kernel.errors import ConflictError, Fault, InvalidError
from regulars.kernel.http.models import Change, Input, Line
from regulars.loyalty.earning_rules import Caps, EarningRule, PointsConfig, When
from regulars.loyalty.tiers import Tier, default_tiers

MAX_TIERS, MAX_RULES = 20, 50
# Each takes three writes of the transaction that saves the program.
MAX_SEGMENTS = 20


class ProgramStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


_S = ProgramStatus
MOVES: Mapping[ProgramStatus, frozenset[ProgramStatus]] = {
    _S.DRAFT: frozenset({_S.ACTIVE}),
    _S.ACTIVE: frozenset({_S.PAUSED, _S.ENDED}),
    _S.PAUSED: frozenset({_S.ACTIVE, _S.ENDED}),
    _S.ENDED: frozenset(),
}


class PeriodKind(StrEnum):
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    CUSTOM = "custom"


class Period(Input):
    """By which tiers are counted: the calendar's quarters or years, or the days from `start` to `end`, both included."""

    model_config = ConfigDict(frozen=True)

    kind: Annotated[PeriodKind, Field(strict=False)] = PeriodKind.ANNUAL
    start: Day | None = None
    end: Day | None = None

    def covers(self, day: date) -> bool:
        """Whether the program runs on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


Tiers = Annotated[list[Tier], Field(min_length=1, max_length=MAX_TIERS)]
Rules = Annotated[list[EarningRule], Field(max_length=MAX_RULES)]


class NewProgram(Input):
    """A new program: a draft, which needs no more than a name. Tiers are Bronze, Silver, Gold and Platinum unless given."""

    name: Line
    period: Period = Period()
    tiers: Tiers = Field(default_factory=default_tiers)
    points: PointsConfig = PointsConfig()
    rules: Rules = Field(default_factory=list)


class ProgramChange(Change):
    """A change: what is left out stays; what is given is replaced as a whole (`tiers`, `rules` …)."""

    name: Line | SkipJsonSchema[None] = None
    status: Annotated[ProgramStatus, Field(strict=False)] | SkipJsonSchema[None] = None
    period: Period = Period()
    tiers: Tiers = Field(default_factory=list)
    points: PointsConfig = PointsConfig()
    rules: Rules = Field(default_factory=list)

    def applied_to(self, program: "Program") -> "Program":
        """The program after the change, the version aside. Raises ConflictError for what its status does not allow."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        after = replace(program, **given)
        if after == program:
            return program
        if program.status is ProgramStatus.ENDED:
            raise ConflictError("this program has ended; nothing about it can be changed")
        if after.status is not program.status and after.status not in MOVES[program.status]:
            raise ConflictError(f"this program is {program.status}, so it cannot become {after.status}")
        if program.status is not ProgramStatus.DRAFT and after.period != program.period:
            raise ConflictError("this program has begun, so its period stays as it is")
        return after


@dataclass(frozen=True, slots=True)
class Program:
    """`version` counts changes."""

    id: str
    name: str
    status: ProgramStatus
    period: Period
    tiers: list[Tier]
    points: PointsConfig
    rules: list[EarningRule]
    created_at: datetime
    updated_at: datetime
    created_by: str = ""
    version: int = 1

    @classmethod
    def new(cls, program_id: str, given: NewProgram, at: datetime, by: str) -> "Program":
        return cls(
            program_id,
            given.name,
            ProgramStatus.DRAFT,
            given.period,
            given.tiers,
            given.points,
            given.rules,
            created_at=at,
            updated_at=at,
            created_by=by,
        )

    def tier(self, name: str) -> Tier | None:
        return next((one for one in self.tiers if one.name == name), None)

    def differs_in(self, other: "Program") -> list[str]:
        """Names of what people may change, where the two differ."""
        return [name for name in ProgramChange.model_fields if getattr(self, name) != getattr(other, name)]


def require_consistent(program: Program) -> None:
    """Raises InvalidError, pointing at each, for what contradicts itself."""
    faults = [*_of_period(program.period), *_of_tiers(program.tiers), *_of_rules(program)]
    faults += _of_caps(program.points.caps, "/points/caps")
    if faults:
        raise InvalidError(faults[0].detail, faults)


def _of_period(period: Period) -> Iterator[Fault]:
    if period.kind is PeriodKind.CUSTOM:
        for name in ("start", "end"):
            if getattr(period, name) is None:
                yield Fault(f"/period/{name}", "a custom period needs it")
        yield from _of_span(period, "/period")
        return
    for name in ("start", "end"):
        if getattr(period, name) is not None:
            yield Fault(f"/period/{name}", f"only a custom period has it, this one is {period.kind}")


def _of_span(span: Period | When, at: str) -> Iterator[Fault]:
    if span.start is not None and span.end is not None and span.end < span.start:
        yield Fault(f"{at}/end", "lies before the start")


def _of_tiers(tiers: list[Tier]) -> Iterator[Fault]:
    yield from _twice([one.name for one in tiers], "/tiers")
    if tiers[0].required_points:
        yield Fault("/tiers/0/required_points", "the first tier needs none: everybody begins in it")
    for place in range(1, len(tiers)):
        if tiers[place].required_points <= tiers[place - 1].required_points:
            yield Fault(f"/tiers/{place}/required_points", "should be more than the tier before needs")


def _twice(names: list[str], at: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name.casefold() in seen:
            yield Fault(f"{at}/{place}/name", "another has this name")
        seen.add(name.casefold())


def _of_rules(program: Program) -> Iterator[Fault]:
    yield from _twice([one.name for one in program.rules], "/rules")
    for place, rule in enumerate(program.rules):
        at = f"/rules/{place}"
        yield from _of_span(rule.when, f"{at}/when")
        yield from _of_caps(rule.caps, f"{at}/caps")
        for number, name in enumerate(rule.when.tiers):
            if program.tier(name) is None:
                yield Fault(f"{at}/when/tiers/{number}", "the program has no such tier")


def _of_caps(caps: Caps, at: str) -> Iterator[Fault]:
    if caps.per_day is not None and caps.per_program is not None and caps.per_day > caps.per_program:
        yield Fault(f"{at}/per_day", "is more than the whole program allows")
