"""Days typed into a filter, as the moments they begin in the shop's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def start_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day written `2026-11-20`, in UTC; None for what is no day."""
    day = _day(text)
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


def end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The first moment after the day."""
    day = _day(text)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) if day else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None
