"""Reading the statistics: a handful of small queries whatever the number of customers (CUS-3)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from regulars.insights.model import TOTAL
from regulars.insights.store import read_generations, read_splits, read_sums
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings_of

WINDOW = 30
MAX_DAYS = 3700


class By(StrEnum):
    """The step of a series. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Measure(StrEnum):
    NEW_CUSTOMERS = "new_customers"
    ORDERS = "orders"
    GROSS = "gross"
    REFUNDS = "refunds"
    REFUNDED = "refunded"
    NET = "net"
    AVERAGE_ORDER = "average_order"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a span of time; money in minor units, `average_order` rounded half up, None without orders.

    `orders` and `gross` are those that count: a cancelled order is taken off the day it was placed on.
    """

    new_customers: int
    orders: int
    gross: int
    refunds: int
    refunded: int
    net: int
    average_order: int | None
    cancelled: int

    @classmethod
    def of(cls, sums: Counter[str]) -> "Figures":
        orders, gross = sums["orders"], sums["gross"]
        return cls(
            new_customers=sums["new_customers"],
            orders=orders,
            gross=gross,
            refunds=sums["refunds"],
            refunded=sums["refunded"],
            net=gross - sums["refunded"],
            average_order=(2 * gross + orders) // (2 * orders) if orders > 0 else None,
            cancelled=sums["cancelled"],
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """Change against the previous period in per cent with one decimal; None when there was nothing before."""

    new_customers: float | None
    orders: float | None
    net: float | None
    average_order: float | None


@dataclass(frozen=True, slots=True)
class Stats:
    """A tenant's live statistics. The window is the last 30 days of the tenant's calendar, today included.

    `active`: customers who did something in the window; `buyers`: who ordered in it; `returning`: those of the buyers with two
    orders or more in all. Customers are counted at their latest day, so these are distinct people, not visits.
    """

    currency: str
    time_zone: str
    customers: int
    new_this_month: int
    active: int
    buyers: int
    returning: int
    total: Figures
    window: Figures
    previous: Figures
    growth: Growth
    by_status: dict[str, int]
    by_source: dict[str, int]
    by_country: dict[str, int]
    by_channel: dict[str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series; `start` is its first day."""

    start: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Value:
    """One measure of one step."""

    start: date
    value: int


def today(tenant: Tenant, now: datetime) -> date:
    """The day of `now` in the tenant's calendar."""
    return now.astimezone(ZoneInfo(settings_of(tenant).time_zone)).date()


def stats(tenant: Tenant, now: datetime) -> Stats:
    """The statistics as of `now`. About 5 request units, however many customers there are."""
    settings = settings_of(tenant)
    day = today(tenant, now)
    generation = read_generations(tenant).current
    began = day - timedelta(days=WINDOW - 1)
    before = began - timedelta(days=WINDOW)
    # Days after today exist too: a shop's clock may be ahead of ours.
    sums = read_sums(tenant, generation, min(before, day.replace(day=1)).isoformat(), TOTAL)
    total = sums.pop(TOTAL, Counter())
    recent = _between(sums, began, date.max)
    window, previous = Figures.of(recent), Figures.of(_between(sums, before, began - timedelta(days=1)))
    splits = read_splits(tenant, generation)
    return Stats(
        currency=settings.currency,
        time_zone=settings.time_zone,
        customers=total["new_customers"] - total["deleted_customers"],
        new_this_month=_between(sums, day.replace(day=1), date.max)["new_customers"],
        active=recent["active"],
        buyers=recent["buyers"],
        returning=recent["returning"],
        total=Figures.of(total),
        window=window,
        previous=previous,
        growth=_growth(window, previous),
        by_status=_split(splits, "status", "customers"),
        by_source=_split(splits, "source", "customers"),
        by_country=_split(splits, "country", "customers"),
        by_channel=_split(splits, "channel", "orders"),
    )


def _between(sums: dict[str, Counter[str]], first: date, last: date) -> Counter[str]:
    added: Counter[str] = Counter()
    for day, amounts in sums.items():
        if first.isoformat() <= day <= last.isoformat():
            added.update(amounts)
    return added


def _growth(window: Figures, previous: Figures) -> Growth:
    def change(now: int | None, before: int | None) -> float | None:
        return round(100 * (now - before) / before, 1) if now is not None and before and before > 0 else None

    return Growth(
        change(window.new_customers, previous.new_customers),
        change(window.orders, previous.orders),
        change(window.net, previous.net),
        change(window.average_order, previous.average_order),
    )


def _split(splits: dict[str, dict[str, Counter[str]]], dimension: str, measure: str) -> dict[str, int]:
    values = {value: amounts[measure] for value, amounts in splits.get(dimension, {}).items()}
    return dict(sorted(((value, n) for value, n in values.items() if n), key=lambda pair: -pair[1]))


def figures(tenant: Tenant, first: date, last: date, by: By = By.DAY) -> list[Point]:
    """All measures from `first` to `last` inclusive, in steps without gaps. Raises InvalidError for a span that is no span."""
    if first > last:
        raise InvalidError.of("from", "should not be after `to`")
    if (last - first).days > MAX_DAYS:
        raise InvalidError.of("from", f"should be {MAX_DAYS} days before `to` at the most")
    generation = read_generations(tenant).current
    sums = read_sums(tenant, generation, first.isoformat(), last.isoformat())
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    points = []
    for start, step in groupby(days, key=lambda day: _start_of(day, by)):
        added: Counter[str] = Counter()
        for day in step:
            added.update(sums.get(day.isoformat(), {}))
        points.append(Point(max(start, first), Figures.of(added)))
    return points


def series(
    tenant: Tenant, measure: Measure | str, first: date, last: date, by: By | str = By.DAY
) -> list[Value]:
    """One measure over time; an average of nothing is 0."""
    name = Measure(measure).value
    return [
        Value(point.start, getattr(point.figures, name) or 0)
        for point in figures(tenant, first, last, By(by))
    ]


def _start_of(day: date, by: By) -> date:
    if by is By.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if by is By.WEEK else day
