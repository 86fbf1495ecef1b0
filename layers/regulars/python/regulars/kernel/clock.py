"""Time as a port: the system's in every stage but `local`, where it can be moved forward."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from regulars.kernel.settings import StageSettings


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC, in whole milliseconds: what is answered is what will be read back."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return _milliseconds(datetime.now(UTC))


class VirtualClock:
    """System time plus an offset kept in the table, so that all functions see the same moment."""

    def now(self) -> datetime:
        from regulars.kernel.clock_offset import offset_seconds

        return _milliseconds(datetime.now(UTC) + timedelta(seconds=offset_seconds()))


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def clock() -> Clock:
    """The clock of this stage."""
    return VirtualClock() if StageSettings.load().clock == "virtual" else SystemClock()


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`; sorts as text in time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
