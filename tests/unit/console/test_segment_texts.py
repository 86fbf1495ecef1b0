"""Rules in plain English."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.segment_texts import Speech
from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.rules import Vocabulary

SPEECH = Speech(Vocabulary(FIELD_OF, KIND_OF), "GBP", ZoneInfo("Europe/London"), {"seg_vip": "VIP"})


def field(name: str, operator: str, **operands: Any) -> dict[str, Any]:
    return {"type": "field", "field": name, "is": {"operator": operator, **operands}}


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "event", "events": [kind], **more}


def said(root: dict[str, Any]) -> str:
    return SPEECH.sentence({"version": 1, "root": root})


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        (field("total_spent", "at_least", value=50_000), "whose total spent is at least £500.00"),
        (field("orders", "between", **{"from": 1, "to": 3}), "whose number of orders is between 1 and 3"),
        (field("tags", "contains_any", values=["a", "b"]), "whose tags includes “a” or “b”"),
        (field("last_order_at", "within_last", amount=1, unit="days"), "is within the last day"),
        (field("last_order_at", "more_than_ago", amount=30, unit="days"), "is more than 30 days ago"),
        (field("total_spent", "percentile", part="top", percent=20), "is in the top 20%"),
        (field("country", "not_exists"), "is not known"),
        (
            field("date_of_birth", "anniversary_between", **{"from": "12-20", "to": "01-05"}),
            "falls between 20 December and 5 January of any year",
        ),
        ({"type": "segment", "segment": "seg_vip"}, "who are in the segment “VIP”"),
        ({"type": "segment", "segment": "seg_gone"}, "who are in the segment “one that was deleted”"),
    ],
)
def test_a_condition_reads_as_english(root: dict[str, Any], sentence: str) -> None:
    assert sentence in said(root)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "who placed an order."),
        ({"is": {"operator": "equals", "value": 0}}, "who never placed an order."),
        (
            {
                "is": {"operator": "at_least", "value": 3},
                "window": {"type": "last", "amount": 90, "unit": "days"},
            },
            "who placed an order at least 3 times in the last 90 days.",
        ),
        (
            {
                "window": {"type": "between", "from": "2026-01-01"},
                "where": [{"property": "channel", "is": {"operator": "equals", "value": "web"}}],
            },
            "who placed an order since 1 Jan 2026, where channel is “web”.",
        ),
        (
            {
                "measure": {"what": "sum", "property": "total"},
                "window": {"type": "period", "period": "this_year"},
                "is": {"operator": "greater_than", "value": 50_000},
            },
            "who placed an order this year, and the sum of total is more than £500.00.",
        ),
        (
            {"measure": {"what": "first"}, "is": {"operator": "within_last", "amount": 30, "unit": "days"}},
            "who placed an order for the first time within the last 30 days.",
        ),
    ],
)
def test_what_customers_did_reads_as_english(more: dict[str, Any], sentence: str) -> None:
    assert said(event("order.placed", **more)) == f"Customers {sentence}"


def test_groups_are_joined_and_bracketed() -> None:
    old = field("country", "equals", value="GB")
    rule = {
        "type": "all",
        "of": [old, {"type": "any", "of": [event("order.placed"), {"type": "not", "of": old}]}],
    }
    assert said(rule) == (
        "Customers whose country is “GB” and (who placed an order or not those whose country is “GB”)."
    )


def test_an_outline_keeps_the_nesting_and_says_none_for_not_any() -> None:
    inner = {"type": "any", "of": [event("order.placed"), field("country", "exists")]}
    outline = SPEECH.outline({"version": 1, "root": {"type": "not", "of": inner}})
    assert outline.heading == "None of"
    assert [point.heading for point in outline.children] == ["Placed an order", "Country is known"]


def test_a_list_has_no_rule_to_read() -> None:
    assert SPEECH.sentence(None) == "A list kept by hand."
