"""When each customer is due in a campaign that goes by their own clocks or habits. Pure.

Moments are those of quarter-hours, as all of the world's zones differ by whole ones: whoever is due in the same one is planned
in the same pass."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.campaigns.plan import Schedule, ScheduleKind
from regulars.campaigns.recurring import moment_of, wall_of

QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moments:
    """What each one's moment follows from: `wall` is what their clocks are to show, `begun` when the phase began; who waited
    for a test's winner gets it at the next such time, never at once."""

    schedule: Schedule
    zone: ZoneInfo
    wall: datetime
    begun: datetime
    again: bool = False

    def due(self, zone_name: str, best_hour: int | None) -> datetime:
        """The customer's moment, never before `begun`; an unknown zone is the tenant's."""
        zone = known_zone(zone_name) or self.zone
        if self.schedule.kind is ScheduleKind.BEST_HOUR and best_hour is not None:
            return self._at_hour(best_hour, zone)
        if self.schedule.zone != "recipient":
            return self.begun
        return self._at_wall(zone)

    def _at_hour(self, hour: int, zone: ZoneInfo) -> datetime:
        today = wall_of(self.begun, zone).replace(hour=hour, minute=0, second=0, microsecond=0)
        return next(
            moment for days in range(3) if (moment := moment_of(today + days * _DAY, zone)) >= self.begun
        )

    def _at_wall(self, zone: ZoneInfo) -> datetime:
        moment = moment_of(self.wall, zone)
        if moment >= self.begun:
            return moment
        if self.schedule.passed == "at_once" and not self.again:
            return self.begun
        days = max(1, (self.begun - moment).days)
        later = (moment_of(self.wall + (days + more) * _DAY, zone) for more in range(3))
        return next(one for one in later if one >= self.begun)


def quarter(moment: datetime) -> datetime:
    """The first quarter-hour that is not before a moment."""
    seconds = -(-moment.timestamp() // QUARTER.total_seconds()) * QUARTER.total_seconds()
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=1000)
def known_zone(name: str) -> ZoneInfo | None:
    """The zone, None for a name that is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None
