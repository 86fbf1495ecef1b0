"""What messages came to, in counts and rates. Pure.

Every count of a delivery is in the day and hour in which it was attempted, so rates compare the same messages; young days still
grow.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from regulars.messaging.settings_model import Attribution

COUNTS = (
    "claimed",
    "sent",
    "delivered",
    "opened",
    "clicked",
    "converted",
    "unsubscribed",
    "bounced",
    "soft_bounced",
    "complained",
    "failed",
    "unknown",
    "not_sent",
    "deferred",
    "machine",
    "cost",
)


class By(StrEnum):
    DAY = "day"
    CHANNEL = "channel"
    TEMPLATE = "template"
    CATEGORY = "category"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of sums: what happened to messages of a channel, a template and a category, attempted in an hour of a day."""

    day: date
    channel: str
    template: str
    hour: int
    counts: Mapping[str, int]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1, None where there is nothing to divide by.

    `delivery`, `bounce` are of messages sent; `open`, `click`, `conversion`, `unsubscribe`, `complaint` and `machine` of those
    that arrived; `click_to_open` of those opened. Where a channel has no receipts, what was sent and did not bounce arrived.
    """

    delivery: float | None
    open: float | None
    click: float | None
    click_to_open: float | None
    conversion: float | None
    unsubscribe: float | None
    bounce: float | None
    complaint: float | None
    machine: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of deliveries by name of `COUNTS`, `revenue` in minor units, `cost` in millionths of the currency unit."""

    key: str
    counts: Mapping[str, int]
    revenue: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class Report:
    since: date
    until: date
    by: By
    rows: list[Figures]
    totals: Figures


def days_between(since: date, until: date) -> Iterator[date]:
    """Every day from `since` to `until`, both included."""
    for passed in range((until - since).days + 1):
        yield since + timedelta(days=passed)


def report(cells: Iterable[Cell], since: date, until: date, by: By, model: Attribution) -> Report:
    """The cells added up by day, channel, template, category or hour; days and hours without any are there with zeros."""
    found: dict[str, dict[str, Counter[str]]] = {key: {} for key in _every(since, until, by)}
    totals: dict[str, Counter[str]] = {}
    for cell in cells:
        for sums in (found.setdefault(_key(cell, by), {}), totals):
            sums.setdefault(cell.channel, Counter()).update(cell.counts)
    rows = [_figures(key, channels, model) for key, channels in sorted(found.items())]
    return Report(since, until, by, rows, _figures("", totals, model))


def _every(since: date, until: date, by: By) -> list[str]:
    if by is By.DAY:
        return [day.isoformat() for day in days_between(since, until)]
    return [f"{hour:02d}" for hour in range(24)] if by is By.HOUR else []


def _key(cell: Cell, by: By) -> str:
    match by:
        case By.DAY:
            return cell.day.isoformat()
        case By.CHANNEL:
            return cell.channel
        case By.TEMPLATE:
            return cell.template
        case By.CATEGORY:
            return cell.category
        case By.HOUR:
            return f"{cell.hour:02d}"


def _figures(key: str, channels: Mapping[str, Counter[str]], model: Attribution) -> Figures:
    total: Counter[str] = Counter()
    arrived = 0
    for counts in channels.values():
        total.update(counts)
        arrived += arrivals(counts)
    plain = {name: total[name] for name in COUNTS}
    return Figures(key, plain, total[f"revenue_{model}"], _rates(total, arrived))


def arrivals(counts: Mapping[str, int]) -> int:
    """How many messages of one channel arrived, as far as it is known."""
    return counts.get("delivered", 0) or max(counts.get("sent", 0) - counts.get("bounced", 0), 0)


def _rates(total: Mapping[str, int], arrived: int) -> Rates:
    return Rates(
        delivery=_share(total["delivered"], total["sent"]),
        open=_share(total["opened"], arrived),
        click=_share(total["clicked"], arrived),
        click_to_open=_share(total["clicked"], total["opened"]),
        conversion=_share(total["converted"], arrived),
        unsubscribe=_share(total["unsubscribed"], arrived),
        bounce=_share(total["bounced"], total["sent"]),
        complaint=_share(total["complained"], arrived),
        machine=_share(total["machine"], arrived),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole > 0 else None
