"""The tenant's days of sums, read."""

from collections.abc import Iterator
from datetime import date

from regulars.kernel.tenancy import Tenant
from regulars.messaging.analytics_model import Cell
from regulars.messaging.tally_store import rows_of, sums


def cells_of(tenant: Tenant, day: date) -> Iterator[Cell]:
    """A day's rows: one a channel, template, hour, shard and category (older ones have none). 0.5 request units per 4 KB, which
    is about 20 rows."""
    for row in rows_of(tenant.partition("N", day.isoformat())):
        channel, template, hour, _, *category = row["sk"]["S"].split("#")
        yield Cell(day, channel, template, int(hour), sums([row]), "".join(category))
