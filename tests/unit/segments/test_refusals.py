"""What is not a rule is refused, with a pointer to each fault, whatever is sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.errors import Fault, InvalidError
from regulars.segments.rules import compile_rule, load_rule, parse_rule
from regulars.segments.rules.values import Document
from tests.unit.segments.judging import (
    VOCABULARY,
    WARSAW,
    at,
    customer,
    field,
    happened,
    holds,
    last,
    ordered,
)
from tests.unit.segments.laws import LAW
from tests.unit.segments.strategies import Scene, scenes

Node = dict[str, Any]
SCORE = field("score", "equals", value=1)


def rule(root: Any) -> Node:
    return {"version": 1, "root": root}


def pointers(data: Any) -> set[str]:
    """Where the faults of a refused rule are."""
    with pytest.raises(InvalidError) as refused:
        parse_rule(data, VOCABULARY)
    assert refused.value.faults
    assert all(fault.detail for fault in refused.value.faults)
    return {fault.pointer for fault in refused.value.faults}


def event(**more: Any) -> Node:
    return {"type": "event", "events": ["order.placed"]} | more


def where(name: str, **test: Any) -> Node:
    return event(where=[{"property": name, "is": test}])


def nested(depth: int) -> Node:
    """A rule whose tree is so deep, the condition at the bottom included."""
    node = SCORE
    for _ in range(depth - 1):
        node = {"type": "not", "of": node}
    return rule(node)


def wide(count: int) -> Node:
    halves = [count // 2, count - count // 2]
    return rule({"type": "all", "of": [{"type": "any", "of": [SCORE] * half} for half in halves]})


BROKEN: dict[str, tuple[Any, str]] = {
    "unknown field": (field("shoe_size", "equals", value=1), "/rule/root/field"),
    "field of a wrong type": (field(5, "equals", value=1), "/rule/root/field"),  # type: ignore[arg-type]
    "unknown attribute": (field("attributes.other", "exists"), "/rule/root/field"),
    "unknown event": (event(events=["order.lost"]), "/rule/root/events/0"),
    "second event unknown": (event(events=["order.placed", "order.lost"]), "/rule/root/events/1"),
    "no events": (event(events=[]), "/rule/root/events"),
    "eleven events": (event(events=[f"behaviour.b{number}" for number in range(11)]), "/rule/root/events"),
    "unknown property": (where("colour", operator="exists"), "/rule/root/where/0/property"),
    "unknown property to sum up": (
        event(measure={"what": "sum", "property": "colour"}),
        "/rule/root/measure/property",
    ),
    "text to sum up": (event(measure={"what": "sum", "property": "note"}), "/rule/root/measure/property"),
    "unknown measure": (event(measure={"what": "median"}), "/rule/root/measure"),
    "unknown window": (event(window={"type": "lately"}), "/rule/root/window"),
    "unknown period": (event(window={"type": "period", "period": "this_decade"}), "/rule/root/window/period"),
    "window without end": (event(window={"type": "between"}), "/rule/root/window"),
    "window of no days": (event(window=last(0)), "/rule/root/window/amount"),
    "window of too many days": (event(window=last(3651)), "/rule/root/window/amount"),
    "window of too many hours": (event(window=last(87_601, "hours")), "/rule/root/window/amount"),
    "window of half a day": (event(window=last(1.5)), "/rule/root/window/amount"),  # type: ignore[arg-type]
    "window of weeks": (event(window=last(1, "weeks")), "/rule/root/window/unit"),
    "operator of another type": (field("score", "contains", value="1"), "/rule/root/is/operator"),
    "percentile of what has no ranks": (
        field("attributes.size", "percentile", part="top", percent=20),
        "/rule/root/is/operator",
    ),
    "percentile of a property": (
        where("items", operator="percentile", part="top", percent=20),
        "/rule/root/where/0/is/operator",
    ),
    "existence of a count": (
        event(measure={"what": "count"}, **{"is": {"operator": "exists"}}),
        "/rule/root/is/operator",
    ),
    "unknown operator": (field("score", "resembles", value=1), "/rule/root/is/operator"),
    "no operator": ({"type": "field", "field": "score", "is": {"value": 1}}, "/rule/root/is"),
    "hundred percent": (field("score", "percentile", part="top", percent=100), "/rule/root/is/percent"),
    "text for a number": (field("score", "equals", value="1"), "/rule/root/is/value"),
    "truth for a number": (field("score", "at_least", value=True), "/rule/root/is/value"),
    "number for a text": (field("nick", "equals", value=1), "/rule/root/is/value"),
    "number for a truth": (field("consent", "equals", value=1), "/rule/root/is/value"),
    "half a cent": (field("spent", "at_least", value=1.5), "/rule/root/is/value"),
    "number for a day": (field("born", "before", value=2000), "/rule/root/is/value"),
    "moment for a day": (field("born", "before", value="2000-01-01T00:00:00Z"), "/rule/root/is/value"),
    "hours of a day": (field("born", "within_last", amount=1, unit="hours"), "/rule/root/is/unit"),
    "not a number": (field("score", "equals", value=float("nan")), "/rule/root/is/value"),
    "infinite": (field("score", "at_most", value=float("inf")), "/rule/root/is/value"),
    "infinite downwards": (field("score", "at_most", value=float("-inf")), "/rule/root/is/value"),
    "beyond exact numbers": (field("score", "at_least", value=2**53 + 1), "/rule/root/is/value"),
    "huge number": (field("score", "at_least", value=10**400), "/rule/root/is/value"),
    "huge money": (field("spent", "at_least", value=-(10**400)), "/rule/root/is/value"),
    "huge float": (field("score", "at_least", value=1e300), "/rule/root/is/value"),
    "huge amount": (field("seen", "within_last", amount=10**400, unit="days"), "/rule/root/is/amount"),
    "range without end": (field("score", "between", **{"from": 1}), "/rule/root/is/to"),
    "time range without ends": (field("seen", "between"), "/rule/root/is"),
    "year 9999": (field("seen", "before", value="9999-12-31"), "/rule/root/is/value"),
    "year 2200": (field("born", "before", value="2200-01-01"), "/rule/root/is/value"),
    "year 1899": (field("born", "before", value="1899-12-31"), "/rule/root/is/value"),
    "moment of the year 9999": (field("seen", "after", value="9999-12-31T23:59:59Z"), "/rule/root/is/value"),
    "30 February": (field("seen", "on", value="2026-02-30"), "/rule/root/is/value"),
    "29 February of a common year": (field("born", "on", value="2026-02-29"), "/rule/root/is/value"),
    "month 13": (field("born", "on", value="2026-13-01"), "/rule/root/is/value"),
    "week date": (field("born", "on", value="2026-W01-1"), "/rule/root/is/value"),
    "date without dashes": (field("born", "on", value="20260101"), "/rule/root/is/value"),
    "digits of another script": (field("born", "on", value="２０２６-01-01"), "/rule/root/is/value"),
    "hour 25": (field("seen", "after", value="2026-01-01T25:00:00Z"), "/rule/root/is/value"),
    "30 February every year": (
        field("born", "anniversary_between", **{"from": "02-30", "to": "03-01"}),
        "/rule/root/is/from",
    ),
    "month 00": (
        field("born", "anniversary_between", **{"from": "01-01", "to": "00-10"}),
        "/rule/root/is/to",
    ),
    "367 days to an anniversary": (field("born", "anniversary_within", days=367), "/rule/root/is/days"),
    "negative days": (field("born", "anniversary_within", days=-1), "/rule/root/is/days"),
    "not one of the choices": (field("plan", "equals", value="gold"), "/rule/root/is/value"),
    "not among the choices": (field("plan", "one_of", values=["pro", "gold"]), "/rule/root/is/values/1"),
    "no values": (field("nick", "one_of", values=[]), "/rule/root/is/values"),
    "501 values": (
        field("nick", "one_of", values=[str(number) for number in range(501)]),
        "/rule/root/is/values",
    ),
    "a wrong value among many": (field("score", "one_of", values=[1, 2, "3"]), "/rule/root/is/values/2"),
    "long text": (field("nick", "contains", value="x" * 201), "/rule/root/is/value"),
    "control characters": (field("nick", "contains", value="a\x00b"), "/rule/root/is/value"),
    "half a character": (field("nick", "contains", value="a\ud800"), "/rule/root/is/value"),
    "missing operand": (field("nick", "equals"), "/rule/root/is/value"),
    "null operand": (field("nick", "equals", value=None), "/rule/root/is/value"),
    "list for a value": (field("nick", "equals", value=["a"]), "/rule/root/is/value"),
    "unknown type of node": ({"type": "xor", "of": [SCORE]}, "/rule/root"),
    "node without type": ({"of": [SCORE]}, "/rule/root"),
    "node that is a list": ([SCORE], "/rule/root"),
    "all of nothing": ({"type": "all", "of": []}, "/rule/root/of"),
    "all of one that is no list": ({"type": "all", "of": SCORE}, "/rule/root/of"),
    "not of a list": ({"type": "not", "of": [SCORE]}, "/rule/root/of"),
    "extra key in a node": (SCORE | {"negate": True}, "/rule/root/negate"),
    "extra key in a test": (field("score", "equals", value=1, unit="kg"), "/rule/root/is/unit"),
    "extra key in a window": (event(window=last(3) | {"zone": "UTC"}), "/rule/root/window/zone"),
    "extra key in a group": ({"type": "all", "of": [SCORE], "field": "score"}, "/rule/root/field"),
    "key with a slash": (SCORE | {"a/b~c": True}, "/rule/root/a~1b~0c"),
    "eleven filters": (
        event(where=[{"property": "note", "is": {"operator": "exists"}}] * 11),
        "/rule/root/where",
    ),
    "fault deep inside": (
        {
            "type": "all",
            "of": [SCORE, {"type": "not", "of": {"type": "any", "of": [SCORE, field("x", "exists")]}}],
        },
        "/rule/root/of/1/of/of/1/field",
    ),
    "segment without a name": ({"type": "segment"}, "/rule/root/segment"),
    "segment of a wrong type": ({"type": "segment", "segment": 5}, "/rule/root/segment"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_pointed_at(name: str) -> None:
    root, pointer = BROKEN[name]
    assert pointers(rule(root)) == {pointer}


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (None, "/rule"),
        ([], "/rule"),
        ("{}", "/rule"),
        ({"version": 2, "root": SCORE}, "/rule/version"),
        ({"root": SCORE, "version": "1"}, "/rule/version"),
        ({"version": 1}, "/rule/root"),
        (rule(None), "/rule/root"),
        (rule(SCORE) | {"name": "x"}, "/rule/name"),
    ],
)
def test_what_is_no_rule_at_all_is_pointed_at(data: Any, pointer: str) -> None:
    assert pointers(data) == {pointer}


def test_every_fault_is_told_at_once() -> None:
    root = {"type": "all", "of": [field("x", "exists"), SCORE, field("score", "equals", value="1")]}
    assert pointers(rule(root)) == {"/rule/root/of/0/field", "/rule/root/of/2/is/value"}


def test_pointers_begin_where_the_rule_was_found() -> None:
    with pytest.raises(InvalidError) as refused:
        parse_rule(rule(field("x", "exists")), VOCABULARY, at="/segments/0/rule")
    assert [fault.pointer for fault in refused.value.faults] == ["/segments/0/rule/root/field"]


def test_ten_levels_and_200_conditions_are_the_most() -> None:
    parse_rule(nested(10), VOCABULARY)
    parse_rule(wide(200), VOCABULARY)
    assert pointers(nested(11)) == {"/rule/root" + "/of" * 10}
    assert pointers(wide(201)) == {"/rule/root"}


@pytest.mark.parametrize("depth", [12, 1000, 100_000])
def test_depth_beyond_all_measure_is_refused_without_descending(depth: int) -> None:
    assert pointers(nested(depth)) == {"/rule/root" + "/of" * 10}


def test_a_group_that_is_deep_in_every_branch_is_refused() -> None:
    node: Node = SCORE
    for _ in range(100_000):
        node = {"type": "all", "of": [node]}
    assert pointers(rule(node)) == {"/rule/root" + "/of/0" * 10}


@pytest.mark.parametrize(
    "root",
    [
        field("nick", "equals", value={"deep": None}),
        {"type": "segment", "segment": {"deep": None}},
        event(where={"deep": None}),
        event(window={"type": "last", "amount": {"deep": None}, "unit": "days"}),
    ],
)
def test_depth_where_no_tree_belongs_is_refused_as_well(root: Node) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    text = json.dumps(root)
    assert '"deep": null' in text
    assert pointers(rule(_planted(root, deep)))


def _planted(node: Any, deep: Any) -> Any:
    if isinstance(node, dict):
        return {name: deep if name == "deep" else _planted(value, deep) for name, value in node.items()}
    return node


def test_a_million_conditions_are_refused_at_one_place() -> None:
    assert len(pointers(rule({"type": "any", "of": [SCORE] * 1_000_000}))) == 1
    assert len(pointers(rule({"type": "any", "of": [None] * 1_000_000}))) <= 200


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "%_\\", "[", "*"])
def test_patterns_are_taken_literally(pattern: str) -> None:
    now = at("2026-05-05T12:00")
    for operator in ("equals", "contains", "starts_with", "ends_with"):
        test = field("nick", operator, value=pattern)
        assert holds(test, customer(nick=pattern), now)
        assert not holds(test, customer(nick="a" * 100_000 + "!"), now)


def test_text_that_looks_like_code_stays_text() -> None:
    now, nasty = at("2026-05-05T12:00"), "'\"\\n{0}%s' or True #\u2028"
    kinds = {"behaviour.made_up": [nasty]}
    assert holds(field("nick", "equals", value=nasty[:-1]), customer(nick=nasty[:-1]), now)
    assert not holds(field("nick", "equals", value=nasty[:-1]), customer(nick="x"), now)
    name = 'properties.it\'s "quoted"'
    root = {
        "type": "event",
        "events": list(kinds),
        "where": [{"property": name, "is": {"operator": "exists"}}],
    }
    try:
        parse_rule(rule(root), VOCABULARY)
    except InvalidError:
        return
    assert holds(root, customer(happened("behaviour.made_up", now, **{name: 1})), now)


def test_operands_at_their_limits_are_accepted() -> None:
    for root in (
        field("score", "between", **{"from": -(2**53), "to": 2**53}),
        field("nick", "contains", value="x" * 200),
        field("nick", "one_of", values=[str(number) for number in range(500)]),
        field("born", "between", **{"from": "1900-01-01", "to": "2199-12-31"}),
        field("born", "anniversary_between", **{"from": "02-29", "to": "02-29"}),
        ordered(window=last(3650)),
        ordered(window=last(87_600, "hours")),
    ):
        parse_rule(rule(root), VOCABULARY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@LAW
@given(JSON)
def test_anything_at_all_is_refused_properly(data: Any) -> None:
    for given_ in (data, rule(data), rule({"type": "all", "of": [data]}), rule(SCORE | {"is": data})):
        assert pointers(given_)


@LAW
@given(scenes(documents=1), st.data())
def test_a_rule_with_one_part_broken_is_refused_or_still_a_rule(scene: Scene, data: st.DataObject) -> None:
    broken = json.loads(json.dumps(scene.rule))
    places = list(_places(broken))
    holder, key = places[data.draw(st.integers(0, len(places) - 1))]
    holder[key] = data.draw(JSON)
    faults: tuple[Fault, ...] = ()
    try:
        judge = compile_rule(load_rule(parse_rule(broken, VOCABULARY).dump()), WARSAW)
    except InvalidError as error:
        judge, faults = None, error.faults
    if judge is None:
        assert faults
        assert all(_resolves(fault.pointer, {"rule": broken}) for fault in faults)
        return
    document: Document = scene.documents[0]
    assert judge.matches(document, scene.now) in (True, False)


def _places(node: Any) -> Any:
    """Every holder and key of a JSON value."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(pairs):
        yield node, key
        yield from _places(value)


def _resolves(pointer: str, data: Any) -> bool:
    """A pointer leads to something that is there, or to one key that is missing."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for index, part in enumerate(parts):
        if isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return isinstance(data, dict) and index == len(parts) - 1
    return True
