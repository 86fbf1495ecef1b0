"""Moments as templates are given them: ISO 8601 text. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment_of(text: str, zone: str) -> datetime:
    """A moment, or the noon of a day in a time zone; without a zone of its own it is UTC. Raises ValueError."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(12), ZoneInfo(zone))
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clock_of(moment: datetime, zone: str, language: str) -> str:
    """The time of day: `9:05 am`, `09:05`."""
    local = moment.astimezone(ZoneInfo(zone))
    if language == "en":
        return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return f"{local:%H:%M}"
