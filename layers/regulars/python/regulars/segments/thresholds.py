"""Thresholds of percentiles: from which value on a customer is in the top (or bottom) part of a field.

They are computed over all customers every night at three by the tenant's clock, when a rule first asks for one, after an import
and at a refresh; whoever is between an old and a new threshold is then judged again. Between two nights they stand still: a
customer who spends more passes the threshold at once, the others are not pushed out by that before the next night.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.customers import Facts
from regulars.kernel.jobs import Job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, settle
from regulars.kernel.transaction import Transaction
from regulars.segments.bulk import Ask, begin_job
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.fields import FIELD_OF

NIGHTLY = "segments.nightly"
_AT = time(3)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A key of the catalogue's thresholds, taken apart: `total_spent:top:20`."""

    field: str
    part: str
    percent: int

    @classmethod
    def of(cls, key: str) -> "Threshold":
        field, part, percent = key.rsplit(":", 2)
        return cls(field, part, int(percent))

    def rank(self, count: int) -> int:
        """Which of `count` values, counted from the top or the bottom from 1, is the threshold: nearest rank, so that at least
        `percent` of a hundred are in it. 0 without any."""
        return -(-self.percent * count // 100)


def value_of(facts: Facts, field: str) -> float | None:
    """The value that a percentile of a field ranks, or None if it is missing."""
    value = FIELD_OF[field].read(facts) if field in FIELD_OF else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def keys_in_use(catalogue: Catalogue) -> frozenset[str]:
    """The thresholds that any rule reads."""
    return frozenset().union(*(thresholds_of(catalogue, one) for one in catalogue.dynamic))


def readers_of(catalogue: Catalogue, keys: Iterable[str]) -> frozenset[str]:
    """The segments whose rules read one of these thresholds."""
    wanted = set(keys)
    return frozenset(one for one in catalogue.dynamic if thresholds_of(catalogue, one) & wanted)


def thresholds_of(catalogue: Catalogue, segment_id: str) -> frozenset[str]:
    """The thresholds that a segment's rule reads."""
    rule = catalogue.compiled(segment_id)
    return frozenset() if rule is None else frozenset(rule.reads.thresholds)


def next_night(zone: ZoneInfo, now: datetime) -> datetime:
    """The next time that it is three o'clock in a zone."""
    today = now.astimezone(zone).date()
    nights = (datetime.combine(today + timedelta(days=days), _AT, zone) for days in range(3))
    return next(night for night in nights if night.timestamp() > now.timestamp())


def arm_nightly(tx: Transaction, zone: ZoneInfo, now: datetime) -> None:
    """Add to `tx` the tenant's timer for the next night."""
    arm(tx, Timer(tx.tenant, NIGHTLY, "thresholds", next_night(zone, now)))


def compute_thresholds(tenant: Tenant, name: str, *, now: datetime) -> Job | None:
    """Have the thresholds computed that rules read; None if none do."""
    catalogue = catalogue_of(tenant)
    keys = keys_in_use(catalogue) if catalogue is not None else frozenset()
    return begin_job(tenant, _measuring(keys), name, now=now) if keys else None


def _measuring(keys: Iterable[str]) -> Ask:
    return Ask({}, tuple(sorted(keys)), because="threshold")


def compute_nightly(timer: Timer, now: datetime) -> Job | None:
    """Have the thresholds computed that rules read, and be called again the next night. Raises AlreadyHandledError if somebody
    else did this night's."""
    catalogue = catalogue_of(timer.tenant)
    keys = keys_in_use(catalogue) if catalogue is not None else frozenset()

    def rearm(tx: Transaction, job: Job | None = None) -> None:
        settle(tx, timer)
        if catalogue is not None:
            arm_nightly(tx, catalogue.zone, now)

    if keys:
        return begin_job(timer.tenant, _measuring(keys), "Percentiles of the night", now=now, also=rearm)
    tx = Transaction(timer.tenant)
    rearm(tx)
    tx.commit()
    return None
