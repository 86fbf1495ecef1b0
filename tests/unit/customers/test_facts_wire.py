"""Facts straight from the wire are the facts of the item."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.facts import Facts, FactsItem, from_item, from_wire, new_item
from regulars.kernel.tenancy import Tenant

TENANT = Tenant("ten_" + "0" * 25 + "1")
text = st.none() | st.text(min_size=1, max_size=8)
counts = st.dictionaries(st.sampled_from(["order.placed", "login", "other"]), st.integers(0, 9))
# Whole milliseconds from 1971 to 2199.
moments = st.integers(31_536_000_000, 7_226_582_400_000).map(
    lambda at: datetime.fromtimestamp(at / 1000, UTC)
)
moments = moments.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    names = ("name", "email", "phone", "external_id", "country", "city", "language", "source", "currency")
    told: dict[str, Any] = {name: draw(text) for name in names}
    numbers = ("orders", "gross", "refunds", "refunded", "spent", "revision", "activity_revision")
    told |= {name: draw(st.integers(-(10**13), 10**13)) for name in numbers}
    told |= {
        name: draw(st.none() | moments) for name in ("first_order_at", "last_order_at", "last_activity_at")
    }
    return Facts(
        TENANT,
        "cus_1",
        "active",
        draw(moments),
        tags=draw(st.frozensets(st.text(min_size=1, max_size=5), max_size=3)),
        traits=draw(st.dictionaries(st.sampled_from(["gender", "emails"]), st.integers())),
        counts=draw(counts),
        points=draw(st.dictionaries(st.sampled_from(["lpr_1", "lpr_2"]), st.lists(st.integers(0, 9)))),
        habits=draw(st.dictionaries(st.just("channel"), counts)),
        **told,
    )


@given(some_facts())
def test_facts_from_the_wire_are_those_of_the_item(facts: Facts) -> None:
    raw = new_item(facts).serialize()
    assert from_wire(TENANT, raw) == from_item(TENANT, FactsItem.from_raw_data(raw)) == facts
