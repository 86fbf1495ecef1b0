"""The moments at which a rule's value could change for a customer: every one that any condition might think of, and more."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import Document, ValueType
from tests.unit.segments import clock
from tests.unit.segments.drawn_rules import leaves
from tests.unit.segments.oracle import World

LAST = clock.ms(datetime(2300, 1, 1, tzinfo=UTC))
FIRST = clock.ms(datetime(1880, 1, 1, tzinfo=UTC))
COARSE = (
    *(1, 60_000, 3_600_000, 6 * 3_600_000),
    *(days * clock.DAY_MS for days in (1, 2, 7, 13, 31, 90, 190, 366, 1000, 3000)),
)


def edges(rule: dict[str, Any], document: Document, now: int, world: World) -> list[int]:
    """Sorted moments, all within a few centuries; those before `now` too."""
    zone, parts = world.zone, [part for leaf in leaves(rule["root"]) for part in _parts(leaf)]
    found = {now + step for step in COARSE}
    days = {part["amount"] for part in parts if part.get("unit") == "days"}
    hours = {part["amount"] for part in parts if part.get("unit") == "hours"}
    yearly = {
        part.get("days", 0) for part in parts if str(part.get("operator", "")).startswith("anniversary")
    }
    if any(leaf.get("field") in world.ages for leaf in leaves(rule["root"])):
        yearly.add(0)
    periodic = any("period" in part for part in parts)
    for at in _anchors(document, world):
        found.add(at)
        for amount in days:
            found.update(_around(at, amount, zone))
            found.update(_around(at, -amount, zone))
        for amount in hours:
            found.update((at + amount * clock.HOUR_MS, at - amount * clock.HOUR_MS))
        if periodic:
            found.update(_period_edges(at, zone))
        for lead in yearly:
            found.update(_yearly(clock.local_day(at, zone), lead, now, zone))
    found |= {at + step for at in found for step in (-1, 1)}
    return sorted(at for at in found if FIRST < at < LAST)


def _parts(leaf: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield leaf.get("is", {})
    yield leaf.get("window", {})
    yield from (given["is"] for given in leaf.get("where", []))


def _anchors(document: Document, world: World) -> set[int]:
    """Every moment in the document, and the start of every day; what lies centuries off is nobody's edge."""
    found = set()
    for name, value in document.fields.items():
        kind = world.fields[name].type
        if value is not None and (kind is ValueType.DAY or name in world.ages):
            found.add(_start(int(value), world.zone))  # type: ignore[arg-type]
        elif value is not None and kind is ValueType.MOMENT:
            found.add(int(value))  # type: ignore[arg-type]
    for kind, history in document.history.items():
        for one in history:
            found.add(one.at)
            for name, value in one.properties.items():
                if not isinstance(value, int) or isinstance(value, bool):
                    continue
                is_day = world.property_type(kind, name) is ValueType.DAY
                found.add(_start(value, world.zone) if is_day else value)
    return {at for at in found if FIRST < at < LAST}


def _start(ordinal: int, zone: ZoneInfo) -> int:
    day = date.fromordinal(ordinal) if 2 < ordinal < 3_652_000 else date(2, 1, 1)
    return clock.day_start(day, zone)


def _around(at: int, days: int, zone: ZoneInfo) -> Iterator[int]:
    """All moments whose wall clock could be read as so many days after that one's."""
    jumped_from = clock.wall(at - 1, zone) + timedelta(milliseconds=1)
    for time in {clock.wall(at, zone), clock.standing(at, zone), jumped_from}:
        there = time + timedelta(days=days)
        for fold in (0, 1):
            yield clock.ms(there.replace(tzinfo=zone, fold=fold).astimezone(UTC))
        yield from (
            change
            for change in clock.transitions(zone, there.year)
            if abs(change - clock.ms(there.replace(tzinfo=UTC))) < 2 * clock.DAY_MS
        )


def _period_edges(at: int, zone: ZoneInfo) -> Iterator[int]:
    """Starts of the days at which a calendar period begins or ends that holds that moment."""
    day = clock.local_day(at, zone)
    for name in ("today", "this_week", "this_month", "this_quarter", "this_year"):
        first, after = clock.period_days(day, name)
        later = clock.period_days(after, name)[1]
        yield from (clock.day_start(one, zone) for one in (first, after, later))


def _yearly(day: date, lead: int, now: int, zone: ZoneInfo) -> Iterator[int]:
    """Anniversaries of the day for some years, the day after each, the days so long before, and New Year's."""
    this = clock.local_day(now, zone).year
    for year in range(this - 1, this + 10):
        there = clock.anniversary(day, year)
        for one in (there, there + timedelta(days=1), there - timedelta(days=lead), date(year, 1, 1)):
            yield clock.day_start(one, zone)
            yield clock.day_start(one + timedelta(days=1), zone)
