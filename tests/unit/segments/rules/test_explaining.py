"""An explanation names every condition with the value seen, and the catalogue everything that can be asked."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules import Explanation, Vocabulary, compile_rule, load_rule, parse_rule
from regulars.segments.rules.operators import OPERATORS
from regulars.segments.rules.values import (
    Document,
    EventKind,
    Field,
    Occurrence,
    Property,
    ValueType,
    millis,
)

NOW = millis(datetime(2026, 5, 10, 12, tzinfo=UTC))
DAY = 86_400_000


def _field(name: str, label: str, kind: ValueType, **more: Any) -> Field:
    return Field(name, label, "test", kind, lambda facts: None, **more)


VOCABULARY = Vocabulary(
    {
        one.name: one
        for one in (
            _field("total_spent", "Spent in all", ValueType.MONEY, ranked=True),
            _field("last_order_at", "Last order", ValueType.MOMENT),
            _field("tags", "Tags", ValueType.SET),
            _field("age", "Age", ValueType.NUMBER, derived_from_today=True),
            _field("born", "Born", ValueType.DAY),
        )
    },
    {
        "order.placed": EventKind(
            "order.placed", "Placed an order", "Orders", (Property("total", "Total", ValueType.MONEY),)
        )
    },
)


def explained(root: dict[str, Any], document: Document) -> Explanation:
    rule = compile_rule(parse_rule({"version": 1, "root": root}, VOCABULARY), ZoneInfo("Europe/Warsaw"))
    return rule.explain(document, NOW, VOCABULARY)


def asked(name: str, operator: str, **operands: Any) -> dict[str, Any]:
    return {"type": "field", "field": name, "is": {"operator": operator, **operands}}


def test_every_condition_is_told_with_the_value_seen_even_where_one_would_decide() -> None:
    born = date(2000, 5, 11).toordinal()
    document = Document(
        {
            "total_spent": 4200,
            "last_order_at": NOW - DAY,
            "tags": frozenset({"b", "a"}),
            "age": born,
            "born": born,
        }
    )
    conditions = [
        asked("total_spent", "at_least", value=50_000),
        asked("last_order_at", "within_last", amount=30, unit="days"),
        asked("tags", "contains_none", values=["vip"]),
        asked("age", "at_least", value=26),
        asked("born", "exists"),
    ]
    told = explained({"type": "all", "of": conditions}, document)
    assert not told.matches
    assert [(one.label, one.seen, one.wanted, one.matches) for one in told.children] == [
        ("Spent in all", 4200, "is at least 50000", False),
        ("Last order", "2026-05-09T12:00:00.000Z", "is within the last 30 days", True),
        ("Tags", ["a", "b"], "contains none of “vip”", True),
        ("Age", 25, "is at least 26", False),
        ("Born", "2000-05-11", "is known", True),
    ]
    assert [one.pointer for one in told.children] == [f"/root/of/{place}" for place in range(5)]
    # Time alone makes this customer old enough at midnight in Warsaw, but never richer.
    assert told.children[3].next_change == millis(datetime(2026, 5, 10, 22, tzinfo=UTC))
    assert told.next_change is None
    json.dumps(told.dump())


def test_what_was_done_is_told_as_it_was_measured() -> None:
    root = {
        "type": "event",
        "events": ["order.placed"],
        "where": [{"property": "total", "is": {"operator": "at_least", "value": 100}}],
        "window": {"type": "last", "amount": 30, "unit": "days"},
        "measure": {"what": "sum", "property": "total"},
        "is": {"operator": "greater_than", "value": 500},
    }
    orders = [
        Occurrence(NOW - age * DAY, str(age), {"total": total})
        for age, total in ((1, 400), (2, 50), (3, 200))
    ]
    told = explained(root, Document({}, {"order.placed": orders}))
    assert (told.matches, told.seen, told.wanted) == (True, 600, "is greater than 500")
    assert told.label == "Placed an order: sum of total in the last 30 days with total is at least 100"
    # The older of the two that count leaves the window 30 days after it came.
    assert told.next_change == NOW + 27 * DAY


def test_without_a_vocabulary_names_are_told_as_words() -> None:
    rule = load_rule({"version": 1, "root": asked("total_spent", "exists") | {"holds": "number"}})
    told = compile_rule(rule, ZoneInfo("UTC")).explain(Document({}), NOW)
    assert (told.label, told.seen, told.matches) == ("Total spent", None, False)


def test_the_catalogue_has_every_operator_once_with_its_operands() -> None:
    described = VOCABULARY.described()
    assert [one["operator"] for one in described["operators"]] == list(OPERATORS)
    operators = {one["operator"]: one for one in described["operators"]}
    assert operators["within_last"]["operands"] == {
        "amount": {"kind": "count", "minimum": 1, "maximum": 87_600, "required": True},
        "unit": {"kind": "choice", "choices": ["days", "hours"], "required": False},
    }
    assert set(operators["between"]["operands"]) == {"from", "to"}
    fields = {one["name"]: one for one in described["fields"]}
    assert "percentile" in fields["total_spent"]["operators"]
    assert "percentile" not in fields["age"]["operators"]
    assert "within_last" not in fields["tags"]["operators"]
    assert [one["type"] for one in described["windows"]] == ["ever", "last", "period", "between"]
    assert [one["what"] for one in described["measures"]] == [
        "count",
        "days",
        "sum",
        "average",
        "first",
        "last",
    ]
    json.dumps(described)


def test_a_stored_rule_is_read_back_as_it_was() -> None:
    root = {"type": "not", "of": {"type": "any", "of": [asked("born", "between", **{"from": "1990-01-01"})]}}
    rule = parse_rule({"version": 1, "root": root}, VOCABULARY)
    assert load_rule(json.loads(json.dumps(rule.dump()))) == rule
    assert parse_rule(rule.dump(), VOCABULARY) == rule
