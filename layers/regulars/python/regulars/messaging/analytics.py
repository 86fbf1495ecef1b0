"""How messages do: by day, channel, template, category and hour (MSG-9)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime
from zoneinfo import ZoneInfo

from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.analytics_model import By, Cell, Report, days_between, report
from regulars.messaging.analytics_store import cells_of
from regulars.messaging.settings_store import messaging_settings
from regulars.platform import settings_of

MOST_DAYS = 400
# Days read at a time: a year takes as long as two weeks one after the other.
_AT_ONCE = 8
# More than a shop with a dozen messages a day has in 400 days; about 6,000 request units.
_MOST_CELLS = 250_000


def message_analytics(tenant: Tenant, since: date, until: date, by: By = By.DAY) -> Report:
    """The figures of the tenant's days from `since` to `until`. Half a request unit a day and per 20 rows of a channel, template,
    hour, shard and category in it: a shop that mails two templates a day reads 1 to 3 units a day. Raises InvalidError for more
    than `MOST_DAYS` days or rows without number.
    """
    if until < since:
        raise InvalidError.of("to", "is before the first day")
    if (until - since).days >= MOST_DAYS:
        raise InvalidError.of("from", f"at most {MOST_DAYS} days can be asked for at once")
    cells = list(cells_between(tenant, since, until))
    return report(cells, since, until, by, messaging_settings(tenant).attribution)


def today_of(tenant: Tenant, now: datetime) -> date:
    """The day it is in the tenant's zone."""
    return now.astimezone(ZoneInfo(settings_of(tenant).time_zone)).date()


def cells_between(tenant: Tenant, since: date, until: date) -> Iterator[Cell]:
    """All rows of the days, read several days at a time."""
    first, *others = days_between(since, until)
    # Alone, so that the threads find the connection made.
    read = [list(cells_of(tenant, first))]
    if others:
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            waiting = [pool.submit(copy_context().run, _day, tenant, day) for day in others]
            read += [one.result() for one in waiting]
    if sum(map(len, read)) > _MOST_CELLS:
        raise InvalidError.of(
            "from", "these days have too many figures to be added up at once; ask for fewer"
        )
    for cells in read:
        yield from cells


def _day(tenant: Tenant, day: date) -> list[Cell]:
    return list(cells_of(tenant, day))
