"""The prebuilt segments on a real year, customer for customer against plain SQL, and then days in which only time passes."""

import os
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from regulars import segments
from regulars.customers import FACTS_SHARDS
from regulars.kernel.tenancy import Tenant
from regulars.segments.prebuilt import ensure_prebuilt
from regulars.segments.state_store import (
    StateItem,
    read_states,
    state_shard,
)
from tests.integration.imports.workbench import open_shop
from tests.integration.segments import retail
from tests.integration.segments.making import let_time_pass
from tests.integration.segments.working import run_jobs

# RETAIL_DAYS=60 in a long run.
DAYS = int(os.environ.get("RETAIL_DAYS", "20"))
# What each prebuilt segment says, in SQL; `$now` is the moment. Days count by London's clock.
SQL = {
    "high_value": """
        with spent as (
            select customer, sum(pence) as pence from
                (select customer, pence from orders union all select customer, -pence from refunds)
            where customer in (select customer from orders) group by customer),
        ranked as (select *, row_number() over (order by pence desc) as place, count(*) over () as n from spent)
        select customer from spent
        where pence >= (select pence from ranked where place = cast(ceil(n * 0.2) as bigint))""",
    "frequent_buyers": """
        select customer from orders where placed > {back90} group by customer having count(*) >= 3""",
    "at_risk": """
        select customer from orders group by customer having max(placed) <= {back30} and max(placed) > {back90}""",
    "new": """
        select customer from (select customer, placed from orders union all select customer, placed from refunds)
        group by customer having min(placed) > {back30}""",
}
SQL["vip"] = f"({SQL['high_value']}) intersect ({SQL['frequent_buyers']})"


def by_sql(database: duckdb.DuckDBPyConnection, key: str, now: datetime) -> set[str]:
    """The customer numbers of a segment at a moment."""
    backs = {
        f"back{days}": f"((timezone('Europe/London', cast($now as timestamptz)) - interval {days} day)"
        " at time zone 'Europe/London')"
        for days in (30, 90)
    }
    query = SQL[key].format(**backs)
    given = {"now": now.isoformat()} if "$now" in query else {}
    return {customer for (customer,) in database.execute(query, given).fetchall()}


def standing(tenant: Tenant) -> dict[str, set[str]]:
    """The customers by segment, as their states have it."""
    found: dict[str, set[str]] = {}
    for shard in range(FACTS_SHARDS):
        for item in StateItem.each(state_shard(tenant, shard), consistent=True):
            for segment in item.members:
                found.setdefault(segment, set()).add(item.sk)
    return found


def renewed(tenant: Tenant, held: dict[str, set[str]], customers: set[str]) -> dict[str, set[str]]:
    """`held` with the present memberships of some customers."""
    found = {segment: members - customers for segment, members in held.items()}
    some = sorted(customers)
    for start in range(0, len(some), 100):
        for customer, state in read_states(tenant, some[start : start + 100]).items():
            for segment in state.members:
                found.setdefault(segment, set()).add(customer)
    return found


def listed(tenant: Tenant, segment_id: str) -> set[str]:
    """The customers in the segment's own list."""
    found: set[str] = set()
    cursor = None
    while True:
        page = segments.members(tenant, segment_id, limit=100, cursor=cursor)
        found |= {one.customer_id for one in page.items}
        if (cursor := page.next) is None:
            return found


@pytest.fixture
def year(tenant: Tenant, jobs_queue: str, bucket: str) -> tuple[Tenant, dict[str, str], Any]:
    """The shop at the end of its year, its segments evaluated once."""
    open_shop(tenant)
    database = retail.connect()
    numbers = {identifier: number for number, identifier in retail.load(tenant, database).items()}
    ensure_prebuilt(tenant, now=retail.END)
    run_jobs(tenant, retail.END)
    return tenant, numbers, database


def test_the_year_agrees_with_sql_and_stays_right_for_days_without_a_bulk_run(
    year: tuple[Tenant, dict[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tenant, numbers, database = year
    ids = {one.key: one.id for one in segments.list_segments(tenant, now=retail.END) if one.key in SQL}
    assert set(ids) == set(SQL)

    def named(found: dict[str, set[str]]) -> dict[str, set[str]]:
        return {key: {numbers[one] for one in found.get(ids[key], ())} for key in ids}

    judged = wakes = moved = 0
    held = standing(tenant)
    for day in range(DAYS + 1):
        now = retail.END + timedelta(days=day)
        woken: set[str] = set()
        if day:
            more, woken = let_time_pass(tenant, now)
            judged, wakes = judged + more, wakes + len(woken)
        # Nobody else's state can have moved; the end looks at everyone again.
        before, held = named(held), renewed(tenant, held, woken)
        present = named(held)
        for key in ids:
            assert present[key] == by_sql(database, key, now), f"{key} on day {day}"
        moved += len(set().union(*(present[key] ^ before[key] for key in ids)))
    assert named(standing(tenant)) == present
    for key in ids:
        assert {numbers[one] for one in listed(tenant, ids[key])} == present[key]

    with capsys.disabled():
        print(f"\n{DAYS} days: {moved} customers moved, {wakes} evaluations, {judged} rules judged")
    assert wakes < 3 * moved
