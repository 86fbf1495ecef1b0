"""Arithmetic and keys of facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.facts import Facts, TotalsChange, _span, facts_key, from_item, new_item, spend_key
from regulars.kernel.tenancy import Tenant

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TENANT = Tenant("ten_" + "0" * 26)
FACTS = Facts(TENANT, "cus_" + "0" * 26, "active", NOW)
AMOUNTS = st.integers(-(10**13), 10**13)


@given(AMOUNTS, AMOUNTS)
def test_spend_keys_sort_as_the_amounts_do(one: int, two: int) -> None:
    assert (spend_key(one, "a") < spend_key(two, "a")) == (one < two)


def test_an_item_gives_back_its_facts() -> None:
    full = replace(
        FACTS, tags=frozenset({"a"}), orders=2, gross=300, spent=250, first_order_at=NOW, counts={"login": 3}
    )
    assert from_item(TENANT, new_item(full)) == full


def test_shards_spread_customers() -> None:
    shards = {facts_key(TENANT, f"cus_{number:026d}")[0] for number in range(2000)}
    assert len(shards) == 64


def test_the_average_is_rounded_half_up() -> None:
    assert [replace(FACTS, orders=2, gross=gross).average_order for gross in (500, 501, 503)] == [
        250,
        251,
        252,
    ]
    assert FACTS.average_order is None


def test_the_span_widens_with_orders_that_come_in_any_order() -> None:
    day = timedelta(days=1)
    known = replace(FACTS, orders=2, first_order_at=NOW, last_order_at=NOW + day)
    assert _span(FACTS, TotalsChange(orders=1, at=NOW)) == (NOW, NOW)
    assert _span(known, TotalsChange(orders=1, at=NOW - day)) == (NOW - day, NOW + day)
    assert _span(known, TotalsChange(orders=1, at=NOW + 5 * day)) == (NOW, NOW + 5 * day)
    assert _span(known, TotalsChange(orders=-1, last_order_at=NOW)) == (NOW, NOW)
    assert _span(known, TotalsChange(orders=-2)) == (None, None)
    assert _span(known, TotalsChange(refunds=1, refunded=5)) == (NOW, NOW + day)
