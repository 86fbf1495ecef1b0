"""What tests of values mean: missing ones, sets, text, days of birth, percentiles."""

from typing import Any

import pytest

from regulars.segments.rules.values import Occurrence, Value
from tests.unit.segments.judging import at, customer, day, field, happened, holds, next_change, ordered
from tests.unit.segments.words import FIELDS

NOW = at("2026-05-05T12:00")
TESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("nick", "equals", {"value": "x"}),
    ("nick", "not_equals", {"value": "x"}),
    ("nick", "one_of", {"values": ["x"]}),
    ("nick", "none_of", {"values": ["x"]}),
    ("nick", "contains", {"value": "x"}),
    ("nick", "not_contains", {"value": "x"}),
    ("nick", "starts_with", {"value": "x"}),
    ("nick", "ends_with", {"value": "x"}),
    ("plan", "not_equals", {"value": "pro"}),
    ("plan", "none_of", {"values": ["pro"]}),
    ("consent", "equals", {"value": False}),
    ("consent", "not_equals", {"value": True}),
    ("score", "less_than", {"value": 10}),
    ("score", "at_most", {"value": 10}),
    ("score", "not_equals", {"value": 10}),
    ("score", "none_of", {"values": [10]}),
    ("score", "between", {"from": -10, "to": 10}),
    ("score", "percentile", {"part": "bottom", "percent": 20}),
    ("spent", "less_than", {"value": 10}),
    ("tags", "not_contains", {"value": "x"}),
    ("tags", "contains_none", {"values": ["x"]}),
    ("seen", "before", {"value": "2026-01-01"}),
    ("seen", "after", {"value": "2026-01-01"}),
    ("seen", "more_than_ago", {"amount": 1, "unit": "days"}),
    ("seen", "more_than_ahead", {"amount": 1, "unit": "hours"}),
    ("seen", "within_last", {"amount": 1, "unit": "days"}),
    ("seen", "in_period", {"period": "this_year"}),
    ("born", "before", {"value": "2026-01-01"}),
    ("born", "not_equals", {"value": "2026-01-01"}),
    ("born", "anniversary_within", {"days": 366}),
    ("born", "anniversary_between", {"from": "01-01", "to": "12-31"}),
    ("age", "at_most", {"value": 200}),
    ("age", "not_equals", {"value": 200}),
]


@pytest.mark.parametrize(
    ("name", "operator", "operands"), TESTS, ids=[f"{name} {operator}" for name, operator, _ in TESTS]
)
def test_missing_is_not_a_value_and_matches_no_test(
    name: str, operator: str, operands: dict[str, Any]
) -> None:
    rule = field(name, operator, **operands)
    assert not holds(rule, customer(), NOW, thresholds={"score:bottom:20": 10})
    assert next_change(rule, customer(), NOW) is None


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"age"}))
def test_not_exists_matches_what_is_missing(name: str) -> None:
    assert holds(field(name, "not_exists"), customer(), NOW)
    assert not holds(field(name, "exists"), customer(), NOW)


@pytest.mark.parametrize(
    ("test", "matches"),
    [
        ({"operator": "not_equals", "value": "web"}, False),
        ({"operator": "none_of", "values": ["web"]}, False),
        ({"operator": "not_exists"}, True),
    ],
)
def test_a_property_that_an_event_lacks_is_missing(test: dict[str, Any], matches: bool) -> None:
    rule = ordered(where=[{"property": "channel", "is": test}])
    assert holds(rule, customer(happened("order.placed", NOW)), NOW) is matches


@pytest.mark.parametrize(
    ("tags", "neither"),
    [({"A"}, False), ({"B", "C"}, False), ({"a"}, False), ({"C"}, True), (set(), True), (None, False)],
)
def test_contains_none_of_a_and_b_means_neither(tags: set[str] | None, neither: bool) -> None:
    who = customer(tags=None if tags is None else frozenset(tags))
    assert holds(field("tags", "contains_none", values=["A", "B"]), who, NOW) is neither


def test_sets_contain_one_any_or_all() -> None:
    who = customer(tags=frozenset({"A", "B"}))
    assert holds(field("tags", "contains", value="A"), who, NOW)
    assert holds(field("tags", "not_contains", value="C"), who, NOW)
    assert holds(field("tags", "contains_any", values=["C", "B"]), who, NOW)
    assert holds(field("tags", "contains_all", values=["A", "B"]), who, NOW)
    assert not holds(field("tags", "contains_all", values=["A", "C"]), who, NOW)


def test_an_empty_set_is_there_for_no_test_of_existence() -> None:
    who = customer(tags=frozenset())
    assert holds(field("tags", "not_exists"), who, NOW)
    assert not holds(field("tags", "exists"), who, NOW)
    assert holds(field("tags", "not_contains", value="A"), who, NOW)
    assert not holds(field("tags", "contains", value="A"), who, NOW)


@pytest.mark.parametrize(
    ("operator", "operand", "value"),
    [
        ("equals", "STRASSE", "Straße"),
        ("contains", "LA", "Élan"),
        ("starts_with", "e\u0301L", "élan"),
        ("ends_with", "AN", "élan"),
        ("contains", ".*", "a.*b"),
    ],
)
def test_text_is_compared_whatever_its_case_and_taken_literally(
    operator: str, operand: str, value: str
) -> None:
    assert holds(field("nick", operator, value=operand), customer(nick=value), NOW)
    assert not holds(field("nick", operator, value=operand), customer(nick="quite else"), NOW)


def test_a_value_of_another_type_is_missing() -> None:
    where = [{"property": "properties.thing", "is": {"operator": "not_equals", "value": 5}}]
    rule = {"type": "event", "events": ["behaviour.made_up"], "where": where}
    for value, different in (
        ("5", False),
        (True, False),
        (5, False),
        (6, True),
        (frozenset({"5"}), False),
        (None, False),
    ):
        played: dict[str, list[Occurrence]] = {
            "behaviour.made_up": [Occurrence(NOW, "evt_1", {"properties.thing": value})]
        }
        assert holds(rule, customer(played), NOW) is different


@pytest.mark.parametrize(
    ("value", "matches"), [(9, False), (10, True), (20, True), (20.000001, False), (None, False)]
)
def test_numbers_lie_between_both_ends_included(value: Value, matches: bool) -> None:
    assert holds(field("score", "between", **{"from": 10, "to": 20}), customer(score=value), NOW) is matches


class TestBirthdays:
    def test_age_is_completed_years_by_the_local_date(self) -> None:
        adult, born = field("age", "at_least", value=18), customer(age=day("2008-05-06"))
        eighteen = at("2026-05-06T00:00")
        assert not holds(adult, born, eighteen - 1)
        assert holds(adult, born, eighteen)
        assert next_change(adult, born, NOW) == eighteen

    def test_who_was_born_on_29_february_grows_older_on_1_march_in_common_years(self) -> None:
        adult, born = field("age", "at_least", value=18), customer(age=day("2008-02-29"))
        assert not holds(adult, born, at("2026-02-28T23:59"))
        assert holds(adult, born, at("2026-03-01T00:00"))
        assert holds(field("age", "at_least", value=20), born, at("2028-02-29T00:00"))

    def test_an_anniversary_within_days_includes_today(self) -> None:
        born = customer(born=day("1990-05-10"))
        for now, days, matches in (
            ("2026-05-10T23:59", 0, True),
            ("2026-05-11T00:00", 0, False),
            ("2026-05-09T23:59", 0, False),
            ("2026-05-03T00:00", 7, True),
            ("2026-05-02T23:59", 7, False),
            ("2026-05-11T00:00", 364, True),
            ("2026-05-11T00:00", 363, False),
        ):
            assert holds(field("born", "anniversary_within", days=days), born, at(now)) is matches

    def test_an_anniversary_window_opens_and_closes_every_year(self) -> None:
        rule, born = field("born", "anniversary_within", days=7), customer(born=day("2004-02-29"))
        opens = [
            at("2027-02-22T00:00"),
            at("2027-03-02T00:00"),
            at("2028-02-22T00:00"),
            at("2028-03-01T00:00"),
        ]
        now = at("2026-05-05T00:00")
        for moment in opens:
            now = next_change(rule, born, now) or 0
            assert now == moment

    @pytest.mark.parametrize(
        ("begin", "end", "matches"),
        [
            ("05-10", "05-10", True),
            ("05-11", "12-31", False),
            ("12-20", "05-10", True),
            ("12-20", "05-09", False),
        ],
    )
    def test_an_anniversary_between_days_may_wrap_over_new_year(
        self, begin: str, end: str, matches: bool
    ) -> None:
        rule = field("born", "anniversary_between", **{"from": begin, "to": end})
        assert holds(rule, customer(born=day("1990-05-10")), NOW) is matches


class TestPercentiles:
    def test_the_top_are_those_at_the_threshold_or_above(self) -> None:
        rule = field("score", "percentile", part="top", percent=20)
        for score, matches in ((99, False), (100, True), (101, True)):
            assert holds(rule, customer(score=score), NOW, thresholds={"score:top:20": 100}) is matches

    def test_the_bottom_are_those_at_the_threshold_or_below(self) -> None:
        rule = field("score", "percentile", part="bottom", percent=20)
        for score, matches in ((9, True), (10, True), (11, False)):
            assert holds(rule, customer(score=score), NOW, thresholds={"score:bottom:20": 10}) is matches

    def test_without_a_threshold_nobody_is_in(self) -> None:
        assert not holds(field("score", "percentile", part="top", percent=20), customer(score=10**9), NOW)


def test_all_any_and_not_are_what_they_say() -> None:
    yes, no = field("score", "equals", value=1), field("score", "equals", value=2)
    who = customer(score=1)
    assert not holds({"type": "all", "of": [yes, no]}, who, NOW)
    assert holds({"type": "any", "of": [yes, no]}, who, NOW)
    assert holds({"type": "not", "of": no}, who, NOW)
    assert not holds({"type": "not", "of": yes}, who, NOW)


def test_not_includes_those_whose_value_is_missing() -> None:
    assert holds({"type": "not", "of": field("score", "equals", value=1)}, customer(), NOW)
