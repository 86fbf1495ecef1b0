"""What the fields read of a customer's facts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from regulars.customers import Address, Definition, Facts, Profile
from regulars.customers.model import row_of
from regulars.kernel.tenancy import Tenant
from regulars.segments.attribute_fields import attribute_field
from regulars.segments.fields import FIELD_OF, FIELDS
from regulars.segments.rules.values import Value, ValueType

TENANT = Tenant("ten_" + "0" * 26)
MADE = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
BARE = Facts(TENANT, "cus_1", "active", MADE)
ANN = Profile(
    first_name="Ann",
    last_name="Example",
    emails=["ann@example.com", "ann@work.example"],
    date_of_birth=date(1990, 2, 28),
    gender="female",
    time_zone="Europe/London",
    addresses=[
        Address(city="Leeds"),
        Address(city="York", region="Yorkshire", postal_code="YO1", country="GB", default=True),
    ],
    social={"mastodon": "@ann", "bluesky": "@ann"},
    preferences={"categories": ["Shoes", "Hats"], "seating": "window", "sizes": {"shoe": 39}, "brands": []},
    tags=["vip"],
)


def read(name: str, facts: Facts) -> Value:
    return FIELD_OF[name].read(facts)


def of_profile(profile: Profile) -> Facts:
    return replace(BARE, **row_of(profile))


def test_no_field_is_named_twice() -> None:
    assert len(FIELD_OF) == len(FIELDS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "active"),
        ("name", "Ann Example"),
        ("email", "ann@example.com"),
        ("emails", 2),
        ("tags", frozenset({"vip"})),
        ("date_of_birth", date(1990, 2, 28).toordinal()),
        ("age", date(1990, 2, 28).toordinal()),
        ("gender", "female"),
        ("time_zone", "Europe/London"),
        ("country", "GB"),
        ("city", "York"),
        ("region", "Yorkshire"),
        ("postal_code", "YO1"),
        ("social", frozenset({"mastodon", "bluesky"})),
        ("preferred_categories", frozenset({"Shoes", "Hats"})),
        ("preferred_seating", frozenset({"window"})),
        ("preferred_brands", frozenset()),
        ("preferred_sizes", None),
        ("preferred_colours", None),
        ("created_at", 1767323045678),
    ],
)
def test_a_field_reads_what_the_profile_says(name: str, value: Value) -> None:
    assert read(name, of_profile(ANN)) == value


@pytest.mark.parametrize(
    ("opened", "clicked", "degree"),
    [
        (0, 0, None),
        (1, 0, "low"),
        (2, 0, "low"),
        (3, 0, "medium"),
        (1, 1, "medium"),
        (3, 2, "medium"),
        (3, 3, "high"),
    ],
)
def test_engagement_goes_by_what_was_opened_and_clicked(
    opened: int, clicked: int, degree: str | None
) -> None:
    facts = replace(BARE, counts={"message.opened": opened, "message.clicked": clicked, "order.placed": 9})
    assert read("email_engagement", facts) == degree
    assert (read("messages_opened", facts), read("messages_clicked", facts)) == (opened, clicked)


def test_nothing_is_known_of_somebody_who_left_no_data() -> None:
    known = {field.name: field.read(BARE) for field in FIELDS}
    zero = {"emails", "orders", "total_spent", "gross", "refunds", "refunded"}
    zero |= {"messages_opened", "messages_clicked"}
    empty = {"tags", "social", "bought_categories", "payment_methods", "channels"}
    assert {name for name, value in known.items() if value == 0} == zero
    assert {name for name, value in known.items() if value == frozenset()} == empty
    rest = {name: value for name, value in known.items() if name not in zero | empty}
    assert {name for name, value in rest.items() if value is not None} == {"status", "created_at"}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_value_is_of_the_type_that_the_field_declares(field: Any) -> None:
    facts = replace(
        of_profile(ANN),
        phone="+447911123456",
        external_id="c-1",
        language="en",
        source="web",
        currency="GBP",
        orders=3,
        gross=1000,
        spent=900,
        first_order_at=MADE,
        last_order_at=MADE,
        last_activity_at=MADE,
        habits={"category": {"Shoes": 1}, "payment": {"card": 1}, "channel": {"web": 1}},
    )
    value = field.read(facts)
    if not field.available:
        assert value is None
    elif value is not None:
        expected = {
            ValueType.TEXT: str,
            ValueType.CHOICE: str,
            ValueType.SET: frozenset,
            ValueType.NUMBER: int,
            ValueType.MONEY: int,
            ValueType.MOMENT: int,
            ValueType.DAY: int,
        }
        assert isinstance(value, expected[field.type])
    assert field.type is ValueType.CHOICE or not field.choices


def test_money_is_net_of_refunds_and_averages_are_missing_without_orders() -> None:
    buyer = replace(BARE, orders=2, gross=1001, refunds=1, refunded=100, spent=901)
    assert read("total_spent", buyer) == read("lifetime_value", buyer) == 901
    assert read("average_order", buyer) == 501
    refunded_only = replace(BARE, refunds=1, refunded=100, spent=-100)
    assert read("total_spent", refunded_only) == -100
    assert read("lifetime_value", refunded_only) is None


def test_of_several_favourites_the_first_by_name_counts() -> None:
    facts = replace(BARE, habits={"category": {"Shoes": 2, "Hats": 2, "Bags": 1}})
    assert read("favourite_category", facts) == "Hats"
    assert read("bought_categories", facts) == frozenset({"Shoes", "Hats", "Bags"})


def test_what_many_choices_share_is_no_choice() -> None:
    many = {f"category {number:02d}": 1 for number in range(20)} | {"other": 50}
    facts = replace(BARE, habits={"category": many})
    assert read("favourite_category", facts) == "category 00"
    assert "other" not in read("bought_categories", facts)  # type: ignore[operator]
    few = replace(BARE, habits={"category": {"other": 5, "Hats": 1}})
    assert read("favourite_category", few) == "other"


@pytest.mark.parametrize(
    ("definition", "given", "value"),
    [
        ({"type": "string"}, "ten", "ten"),
        ({"type": "string"}, 10, None),
        ({"type": "number"}, 2.5, 2.5),
        ({"type": "integer"}, True, None),
        ({"type": "boolean"}, False, False),
        ({"type": "boolean"}, 0, None),
        ({"type": "date"}, "2026-03-10", date(2026, 3, 10).toordinal()),
        ({"type": "date"}, "soon", None),
        ({"type": "enum", "values": ["a", "b"]}, "b", "b"),
        ({"type": "list"}, ["a", "b"], frozenset({"a", "b"})),
        ({"type": "list"}, "a", None),
        ({"type": "list"}, None, None),
    ],
)
def test_a_custom_attribute_is_read_by_its_definition(
    definition: dict[str, Any], given: Any, value: Value
) -> None:
    field = attribute_field(Definition(key="size", **definition))
    found = field.read(replace(BARE, traits={"attributes": {"size": given}}))
    assert field.name == "attributes.size"
    assert (found, type(found)) == (value, type(value))


def test_an_attribute_is_called_by_its_label_or_else_by_its_key() -> None:
    assert attribute_field(Definition(key="shoe_size", type="number")).label == "Shoe size"
    assert attribute_field(Definition(key="shoe_size", type="number", label="Size")).label == "Size"
    enum = Definition(key="plan", type="enum", values=["free", "paid"])
    assert attribute_field(enum).choices == ("free", "paid")
