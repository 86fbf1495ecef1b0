"""Random rules as JSON: every node, operator, window and measure."""

from datetime import datetime
from typing import Any

from regulars.segments.rules.values import ValueType
from tests.unit.segments import clock
from tests.unit.segments.pen import CENTS, MONTH_DAYS, NUMBERS, PERIODS, Pen
from tests.unit.segments.words import CHANNELS, FIELDS, PROPERTIES, SEGMENTS, TAGS, TEXTS


def number_test(pen: Pen, numbers: tuple[Any, ...]) -> dict[str, Any]:
    operator = pen.pick(
        (
            "at_least",
            "at_most",
            "greater_than",
            "less_than",
            "equals",
            "not_equals",
            "between",
            "one_of",
            "none_of",
        )
    )
    if operator == "between":
        low, high = sorted((pen.pick(numbers), pen.pick(numbers)))
        return {"operator": operator, "from": low, "to": high}
    if operator in ("one_of", "none_of"):
        return {"operator": operator, "values": pen.some(numbers)}
    return {"operator": operator, "value": pen.pick(numbers)}


def text_test(pen: Pen) -> dict[str, Any]:
    operator = pen.pick(
        ("equals", "not_equals", "one_of", "none_of", "contains", "not_contains", "starts_with", "ends_with")
    )
    if operator in ("one_of", "none_of"):
        return {"operator": operator, "values": pen.some(TEXTS)}
    return {"operator": operator, "value": pen.pick((*TEXTS, "a", "ss", "e\u0301lan"))}


def choice_test(pen: Pen, choices: tuple[str, ...]) -> dict[str, Any]:
    operator = pen.pick(("equals", "not_equals", "one_of", "none_of"))
    if operator in ("one_of", "none_of"):
        return {"operator": operator, "values": pen.some(choices)}
    return {"operator": operator, "value": pen.pick(choices)}


def set_test(pen: Pen) -> dict[str, Any]:
    operator = pen.pick(("contains", "not_contains", "contains_any", "contains_all", "contains_none"))
    if operator in ("contains", "not_contains"):
        return {"operator": operator, "value": pen.pick(TAGS)}
    return {"operator": operator, "values": pen.some(TAGS)}


def anniversary_test(pen: Pen, operator: str) -> dict[str, Any]:
    if operator == "anniversary_within":
        return {"operator": operator, "days": pen.pick((0, 1, 7, 30, 59, 60, 364, 365, 366))}
    here = clock.local_day(pen.near(), pen.zone).strftime("%m-%d")
    return {"operator": operator, "from": pen.pick((here, *MONTH_DAYS)), "to": pen.pick((here, *MONTH_DAYS))}


def range_test(pen: Pen, write: Any) -> dict[str, Any]:
    ends = {"from": write(), "to": write()}
    if clock_order(pen, ends["from"]) > clock_order(pen, ends["to"]):
        ends = {"from": ends["to"], "to": ends["from"]}
    if ends["from"] == ends["to"] or pen.once_in(4):
        ends.pop(pen.pick(("from", "to")))
    return ends


def clock_order(pen: Pen, text: str) -> int:
    if len(text) == 10:
        return clock.day_start(datetime.fromisoformat(text).date(), pen.zone)
    return clock.ms(datetime.fromisoformat(text))


SPANS = ("within_last", "more_than_ago", "within_next", "more_than_ahead")
ANNIVERSARIES = ("anniversary_within", "anniversary_between")


def moment_test(pen: Pen) -> dict[str, Any]:
    operator = pen.pick(
        (*SPANS, *SPANS, *ANNIVERSARIES, "before", "after", "between", "on", "in_period", "in_period")
    )
    if operator in SPANS:
        return {"operator": operator, **pen.span()}
    if operator in ANNIVERSARIES:
        return anniversary_test(pen, operator)
    if operator == "between":
        return {"operator": operator, **range_test(pen, pen.moment_text)}
    if operator == "in_period":
        return {"operator": operator, "period": pen.pick(PERIODS)}
    return {"operator": operator, "value": pen.day_text() if operator == "on" else pen.moment_text()}


def day_test(pen: Pen) -> dict[str, Any]:
    operator = pen.pick((*SPANS, *ANNIVERSARIES, "before", "after", "between", "on", "equals", "not_equals"))
    if operator in SPANS:
        return {"operator": operator, **pen.span(days_only=True)}
    if operator in ANNIVERSARIES:
        return anniversary_test(pen, operator)
    if operator == "between":
        return {"operator": operator, **range_test(pen, pen.day_text)}
    return {"operator": operator, "value": pen.day_text()}


def any_test(pen: Pen) -> dict[str, Any]:
    return pen.pick((text_test, set_test, moment_test, boolean_test, lambda one: number_test(one, NUMBERS)))(
        pen
    )


def boolean_test(pen: Pen) -> dict[str, Any]:
    return {"operator": pen.pick(("equals", "not_equals")), "value": pen.once_in(2)}


def suiting_test(
    pen: Pen, kind: ValueType, choices: tuple[str, ...] = (), ranked: bool = False
) -> dict[str, Any]:
    """A test that applies to values of that type."""
    odd = 9 - pen.roll(0, 9)
    if odd == 0:
        return {"operator": pen.pick(("exists", "not_exists"))}
    if odd <= 3 and ranked:
        return {
            "operator": "percentile",
            "part": pen.pick(("top", "bottom")),
            "percent": pen.pick((1, 20, 99)),
        }
    return {
        ValueType.TEXT: lambda: text_test(pen),
        ValueType.CHOICE: lambda: choice_test(pen, choices),
        ValueType.BOOLEAN: lambda: boolean_test(pen),
        ValueType.NUMBER: lambda: number_test(pen, NUMBERS),
        ValueType.MONEY: lambda: number_test(pen, CENTS),
        ValueType.SET: lambda: set_test(pen),
        ValueType.MOMENT: lambda: moment_test(pen),
        ValueType.DAY: lambda: day_test(pen),
        ValueType.ANY: lambda: any_test(pen),
    }[kind]()


def field_node(pen: Pen) -> dict[str, Any]:
    one = FIELDS[pen.pick(sorted(FIELDS))]
    if one.name == "age":
        return {"type": "field", "field": "age", "is": number_test(pen, (0, 1, 17, 18, 30, 65))}
    return {"type": "field", "field": one.name, "is": suiting_test(pen, one.type, one.choices, one.ranked)}


def window(pen: Pen) -> dict[str, Any]:
    what = pen.pick(("ever", "last", "last", "last", "period", "between"))
    if what == "last":
        return {"type": what, **pen.span()}
    if what == "period":
        return {"type": what, "period": pen.pick(PERIODS)}
    return {"type": what, **(range_test(pen, pen.moment_text) if what == "between" else {})}


def measure_and_test(pen: Pen, summed: list[str], kind_of: dict[str, ValueType]) -> dict[str, Any]:
    what = pen.pick(
        ("count", "count", "count", "days", "first", "last", *(("sum", "sum", "average") if summed else ()))
    )
    if what in ("first", "last"):
        return {"measure": {"what": what}, "is": suiting_test(pen, ValueType.MOMENT)}
    if what in ("count", "days"):
        return {"measure": {"what": what}, "is": number_test(pen, (0, 1, 2, 3))}
    name = pen.pick(summed)
    numbers: tuple[Any, ...] = (0, 1, 1999, 2000, 2001, 3000, 4000)
    if kind_of[name] is not ValueType.MONEY:
        numbers = (0, 1, 0.3, 0.1, 0.30000000000000004, 0.6, 2.5, 5, 7.5)
    test = number_test(pen, numbers)
    if what == "average" and pen.once_in(6):
        test = {"operator": pen.pick(("exists", "not_exists"))}
    return {"measure": {"what": what, "property": name}, "is": test}


def event_node(pen: Pen) -> dict[str, Any]:
    kinds = pen.pick(
        (("order.placed",), *[(name,) for name in PROPERTIES], ("order.placed", "order.refunded"))
    )
    kind_of = PROPERTIES[kinds[-1]]
    node: dict[str, Any] = {"type": "event", "events": list(kinds)}
    filters = pen.roll(0, 5)
    if filters >= 4:
        names = pen.some(sorted(kind_of), most=filters - 3)
        node["where"] = [
            {"property": name, "is": suiting_test(pen, kind_of[name], CHANNELS if name == "channel" else ())}
            for name in names
        ]
    if not pen.once_in(6):
        node["window"] = window(pen)
    summed = [
        name for name, kind in kind_of.items() if kind in (ValueType.NUMBER, ValueType.MONEY, ValueType.ANY)
    ]
    if not pen.once_in(10):
        node |= measure_and_test(pen, summed, kind_of)
    return node


def leaf(pen: Pen) -> dict[str, Any]:
    what = pen.roll(0, 10)
    if what == 10:
        return {"type": "segment", "segment": pen.pick(SEGMENTS)}
    return field_node(pen) if what < 5 else event_node(pen)


def tree(pen: Pen, depth: int = 1, most: int = 4) -> dict[str, Any]:
    what = pen.roll(0, 9)
    if depth >= most or what < (3 if depth == 1 else 5):
        return leaf(pen)
    if what == 9:
        return {"type": "not", "of": tree(pen, depth + 1, most)}
    count = pen.roll(1, 3)
    return {"type": "all" if what % 2 else "any", "of": [tree(pen, depth + 1, most) for _ in range(count)]}


def leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions of a rule's tree."""
    if node["type"] in ("all", "any"):
        return [one for child in node["of"] for one in leaves(child)]
    return leaves(node["of"]) if node["type"] == "not" else [node]
