"""What no array compares exactly is asked one by one: columns never differ from single customers."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from regulars.segments.rules import Vocabulary, compile_rule, parse_rule
from regulars.segments.rules.columns import Columns, matches_columns
from regulars.segments.rules.values import Document, EventKind, Field, Occurrence, Value, ValueType

NOW = 1_790_000_000_000
DAY = 86_400_000
VOCABULARY = Vocabulary(
    {
        name: Field(name, name, "test", kind, lambda facts: None, ranked=True)
        for name, kind in (("size", ValueType.NUMBER), ("tags", ValueType.SET), ("seen", ValueType.MOMENT))
    },
    {
        "behaviour.played": EventKind("behaviour.played", "Played", "test", open=True),
        "order.placed": EventKind("order.placed", "Order", "test", open=True),
    },
)
NUMBERS: tuple[Value, ...] = (
    *(0, 1, 2, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63, 10**400),
    *(0.5, 1.0, float(2**53), 1e300, float("inf"), float("nan"), True, False, None, "1", frozenset({"1"})),
)


def assert_columns_agree(
    root: dict[str, Any], documents: list[Document], thresholds: dict[str, float] | None = None
) -> list[bool]:
    rule = compile_rule(
        parse_rule({"version": 1, "root": root}, VOCABULARY), ZoneInfo("Europe/Warsaw"), thresholds or {}
    )
    expected = [rule.matches(document, NOW) for document in documents]
    assert matches_columns(rule, Columns.of(documents, [rule]), NOW).tolist() == expected
    return expected


def sized(values: tuple[Value, ...]) -> list[Document]:
    return [Document({"size": value}) for value in values]


TESTS: tuple[dict[str, Any], ...] = (
    {"operator": "exists"},
    {"operator": "not_exists"},
    {"operator": "equals", "value": 2**53},
    {"operator": "equals", "value": 1},
    {"operator": "not_equals", "value": 1.0},
    {"operator": "one_of", "values": [1, 0.5, 2**53]},
    {"operator": "none_of", "values": [1, 0.5]},
    {"operator": "at_least", "value": 2**53},
    {"operator": "greater_than", "value": 2**53},
    {"operator": "less_than", "value": 0.5},
    {"operator": "between", "from": 0.5, "to": 2**53},
    {"operator": "percentile", "part": "top", "percent": 20},
    {"operator": "percentile", "part": "bottom", "percent": 20},
)


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test['operator']}")
@pytest.mark.parametrize("values", [NUMBERS, NUMBERS[:4], (1, 2, 0.5, None, float("nan")), (True, 1, None)])
@pytest.mark.parametrize("threshold", [2**53 + 1, 0.5, 10**400])
def test_numbers_of_any_size_compare_as_single_ones_do(
    test: dict[str, Any], values: tuple[Value, ...], threshold: float
) -> None:
    thresholds = {"size:top:20": threshold, "size:bottom:20": threshold}
    assert_columns_agree({"type": "field", "field": "size", "is": test}, sized(values), thresholds)


@pytest.mark.parametrize("at", [-(10**30), 10**30, 2**62 + 1, NOW, NOW + 1])
def test_moments_beyond_arrays_are_judged_all_the_same(at: int) -> None:
    documents = [Document({"seen": value}) for value in (at, NOW - DAY, None, "soon")]
    for test in (
        {"operator": "within_last", "amount": 3},
        {"operator": "more_than_ahead", "amount": 1},
        {"operator": "anniversary_within", "days": 3},
    ):
        assert_columns_agree({"type": "field", "field": "seen", "is": test}, documents)


def test_a_property_that_is_true_here_and_1_there_is_told_apart() -> None:
    def played(value: Value) -> Document:
        return Document({}, {"behaviour.played": [Occurrence(NOW - 1, "a", {"on": value})]})

    root = {
        "type": "event",
        "events": ["behaviour.played"],
        "where": [{"property": "on", "is": {"operator": "equals", "value": True}}],
    }
    assert assert_columns_agree(root, [played(True), played(1), played(1.0), played("true")]) == [
        *(True, False, False, False)
    ]


def test_sums_run_from_the_newest_event_to_the_oldest_whatever_their_kind() -> None:
    amounts = (0.1, 1e16, 0.3, -1e16, 0.7)
    history: dict[str, list[Occurrence]] = {"behaviour.played": [], "order.placed": []}
    total = 0.0
    for place, amount in enumerate(amounts):
        kind = "order.placed" if place % 2 else "behaviour.played"
        history[kind].append(Occurrence(NOW - place, str(place), {"amount": amount}))
        total += amount
    root = {
        "type": "event",
        "events": ["behaviour.played", "order.placed"],
        "measure": {"what": "sum", "property": "amount"},
        "is": {"operator": "equals", "value": total},
    }
    assert assert_columns_agree(root, [Document({}, history), Document({})]) == [True, total == 0.0]


def test_who_is_in_another_segment_is_what_was_set_last() -> None:
    root = {"type": "segment", "segment": "seg_a"}
    rule = compile_rule(parse_rule({"version": 1, "root": root}, VOCABULARY), ZoneInfo("UTC"))
    columns = Columns.of([Document({}, segments={"seg_a"}), Document({})], [rule])
    assert matches_columns(rule, columns, NOW).tolist() == [True, False]
    columns.members["seg_a"] = np.array([False, True])
    assert matches_columns(rule, columns, NOW).tolist() == [False, True]
    del columns.members["seg_a"]
    assert matches_columns(rule, columns, NOW).tolist() == [False, False]


def test_nobody_is_judged_without_complaint() -> None:
    root = {"type": "event", "events": ["order.placed"], "measure": {"what": "days"}}
    assert assert_columns_agree(root, []) == []
    assert assert_columns_agree(root, [Document({})]) == [False]
