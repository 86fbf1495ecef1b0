"""One rule on one customer, judged every way there is; the tests of single cases read as sentences with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules import Vocabulary, compile_rule, parse_rule
from regulars.segments.rules.columns import Columns, matches_columns
from regulars.segments.rules.values import Document, EventKind, Field, Occurrence, Value
from tests.unit.segments import clock
from tests.unit.segments.oracle import World, truth
from tests.unit.segments.words import FIELDS, KINDS

WARSAW = ZoneInfo("Europe/Warsaw")
VOCABULARY = Vocabulary(FIELDS, KINDS)


def at(text: str, zone: ZoneInfo = WARSAW) -> int:
    """A moment from ISO text; without an offset, by the wall clock of the zone (the first of two)."""
    when = datetime.fromisoformat(text)
    return clock.ms(when if when.tzinfo else when.replace(tzinfo=zone))


def day(text: str) -> int:
    return datetime.fromisoformat(text).date().toordinal()


def customer(history: Mapping[str, list[Occurrence]] | None = None, **fields: Value) -> Document:
    return Document(dict.fromkeys(FIELDS) | fields, history or {})


def happened(kind: str, *moments: int, **properties: Value) -> dict[str, list[Occurrence]]:
    """Occurrences of one kind, all with the same properties."""
    newest_first = sorted(moments, reverse=True)
    return {
        kind: [Occurrence(moment, f"evt_{index}", properties) for index, moment in enumerate(newest_first)]
    }


def holds(
    root: dict[str, Any],
    document: Document,
    now: int,
    zone: ZoneInfo = WARSAW,
    thresholds: Mapping[str, float] | None = None,
    words: tuple[Mapping[str, Field], Mapping[str, EventKind]] = (FIELDS, KINDS),
) -> bool:
    """The oracle's verdict, which every way of evaluating the rule must share. `words` are the fields and kinds there are."""
    rule = {"version": 1, "root": root}
    judge = compile_rule(parse_rule(rule, Vocabulary(*words)), zone, thresholds or {})
    verdict = truth(rule, document, now, World(zone, *words, thresholds or {}))
    columns = Columns.of([document], [judge])
    assert [
        judge.matches(document, now),
        judge.at(now)(document),
        judge.explain(document, now).matches,
        bool(matches_columns(judge, columns, now)[0]),
    ] == [verdict] * 4
    return verdict


def next_change(root: dict[str, Any], document: Document, now: int, zone: ZoneInfo = WARSAW) -> int | None:
    return compile_rule(parse_rule({"version": 1, "root": root}, VOCABULARY), zone).next_change(document, now)


def field(name: str, operator: str, **operands: Any) -> dict[str, Any]:
    return {"type": "field", "field": name, "is": {"operator": operator, **operands}}


def ordered(operator: str = "at_least", value: int = 1, **more: Any) -> dict[str, Any]:
    """How many orders were placed; `more` is a window, a measure, filters."""
    return {"type": "event", "events": ["order.placed"], "is": {"operator": operator, "value": value}, **more}


def last(amount: int, unit: str = "days") -> dict[str, Any]:
    return {"type": "last", "amount": amount, "unit": unit}
