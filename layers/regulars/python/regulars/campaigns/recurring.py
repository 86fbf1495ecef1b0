"""Recurrence rules (RFC 5545 RRULE) over wall clocks. Pure.

A rule is worked out on wall time and turned into moments afterwards: nine o'clock stays nine o'clock when clocks change. A wall
time that a change of clocks leaves out happens as much later as clocks are put forward; one that comes twice happens once, the
first time. Every look ahead is bounded, so that a rule which never matches costs nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.kernel.errors import InvalidError

if TYPE_CHECKING:
    from dateutil.rrule import rrule

# What a rule is looked ahead for, and how close two occurrences may be.
AHEAD = timedelta(days=366 * 5)
_FARTHEST = 20 * AHEAD
CLOSEST = timedelta(hours=1)
CLOSEST_SPREAD = timedelta(days=2)
_LOOKED_AT = 60
_PARTS = frozenset(
    "FREQ INTERVAL COUNT UNTIL BYMONTH BYMONTHDAY BYYEARDAY BYWEEKNO BYDAY BYHOUR BYMINUTE BYSETPOS WKST".split()
)
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_AT = "/schedule/rrule"
# Where a day begins first on this planet.
EARLIEST = timezone(timedelta(hours=14))


def wall_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in a zone show, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moment_of(wall: datetime, zone: ZoneInfo | timezone) -> datetime:
    """When clocks in a zone show it (see the module for changes of clocks)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def check_rrule(text: str, first: datetime, zone: ZoneInfo, *, spread: bool) -> None:
    """Raises InvalidError, pointing at the rule, for one that cannot be read, never happens or happens too often; `first` is
    the first occurrence."""
    found = list(islice(occurrences(text, first, zone, first - timedelta(seconds=1)), _LOOKED_AT))
    if not found:
        raise InvalidError.of(_AT, "no day fits this rule within five years")
    closest = CLOSEST_SPREAD if spread else CLOSEST
    if any(later - earlier < closest for earlier, later in pairwise(found)):
        told = "two days, as customers get it at moments of their own" if spread else "an hour"
        raise InvalidError.of(_AT, f"two occurrences must be {told} apart at least")


def next_occurrence(text: str, first: datetime, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first occurrence later than `after`; None when there is none within five years."""
    return next(occurrences(text, first, zone, after), None)


def next_occurrences(
    text: str, first: datetime, zone: ZoneInfo, count: int, after: datetime
) -> list[datetime]:
    """Up to `count` occurrences later than `after`. Raises InvalidError for a rule that cannot be read."""
    return list(islice(occurrences(text, first, zone, after), count))


def occurrences(text: str, first: datetime, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The moments of a rule later than `after`, those of the next five years from there. Raises InvalidError."""
    start = wall_of(first, zone)
    rule, count = _rule(text, start, str(zone))
    # A day more on both sides: walls and moments are up to so far apart.
    low, high = wall_of(after, zone) - timedelta(days=1), max(wall_of(after, zone), start) + AHEAD
    for wall in rule.xafter(max(low, start), inc=True) if count is None else islice(rule, count):
        if wall > high:
            return
        moment = moment_of(wall, zone)
        if moment > after:
            yield moment


@lru_cache(maxsize=256)
def _rule(text: str, start: datetime, zone: str) -> "tuple[rrule, int | None]":
    """The rule without its count, and the count: a rule that counts and never matches would be searched until the year 9999."""
    from dateutil.rrule import rrule, rrulestr

    parts = _parts(text)
    until, count = parts.pop("UNTIL", None), parts.pop("COUNT", None)
    plain = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        rule = rrulestr(plain, dtstart=start)
        last = _until(until, ZoneInfo(zone)) if until else None
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise InvalidError.of(_AT, "this is not a recurrence rule such as FREQ=WEEKLY;BYDAY=MO") from error
    assert isinstance(rule, rrule)
    return rule.replace(until=last or start + _FARTHEST), int(count) if count else None


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.removeprefix("RRULE:").upper().split(";"):
        name, equals, value = piece.partition("=")
        if not equals or not value or name in parts:
            raise InvalidError.of(_AT, f"{piece[:40]!r} is not a part such as BYDAY=MO")
        if name not in _PARTS:
            raise InvalidError.of(_AT, f"{name[:40]} cannot be used here")
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise InvalidError.of(_AT, "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY")
    if "COUNT" in parts and "UNTIL" in parts:
        raise InvalidError.of(_AT, "give COUNT or UNTIL, not both")
    for name in ("COUNT", "INTERVAL"):
        if name in parts and not (parts[name].isdecimal() and 1 <= int(parts[name][:6]) <= 1000):
            raise InvalidError.of(_AT, f"{name} must be from 1 to 1000")
    return parts


def _until(text: str, zone: ZoneInfo) -> datetime:
    """A day counts to its end; a moment in UTC is what clocks show then."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d") + timedelta(days=1, seconds=-1)  # noqa: DTZ007
    if text.endswith("Z"):
        return wall_of(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), zone)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007
