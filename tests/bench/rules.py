"""The rule language on one machine: the generated predicate and the columns against a plain interpreter of the same rule."""

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench.report import Figure

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
CUSTOMERS = 100_000
DAY = 86_400_000


def _field(name: str, operator: str, **operands: Any) -> dict[str, Any]:
    return {"type": "field", "field": name, "is": {"operator": operator, **operands}}


RULE = {
    "version": 1,
    "root": {
        "type": "all",
        "of": [
            _field("status", "one_of", values=["active", "vip"]),
            _field("total_spent", "at_least", value=5_000),
            {
                "type": "any",
                "of": [
                    _field("country", "one_of", values=["GB", "FR", "DE"]),
                    _field("tags", "contains", value="gold"),
                ],
            },
            _field("orders", "between", **{"from": 2, "to": 40}),
            {"type": "not", "of": _field("language", "equals", value="pl")},
            _field("average_order", "greater_than", value=900),
            _field("last_order_at", "within_last", amount=200, unit="days"),
        ],
    },
}


def measure() -> list[Figure]:
    """Seconds for 100,000 customers by a rule of eight conditions; ratios are speeds, so more is better."""
    from regulars.segments.rules import compile_rule, load_rule
    from regulars.segments.rules.columns import Columns, matches_columns
    from regulars.segments.rules.values import Document, millis

    now = millis(NOW)
    dice = random.Random(1)
    people = [_customer(dice, now) for _ in range(CUSTOMERS)]
    documents = [Document(one) for one in people]
    compiled = compile_rule(load_rule(RULE), ZoneInfo("UTC"))
    predicate = compiled.at(now)
    columns = Columns.of(documents, [compiled])

    plain, expected = _best(lambda: sum(interpreted(RULE["root"], one, now) for one in people))
    generated, seen = _best(lambda: sum(map(predicate, documents)))
    vectors, counted = _best(lambda: int(matches_columns(compiled, columns, now).sum()))
    assert expected == seen == counted, (expected, seen, counted)
    following, _ = _best(lambda: [compiled.next_change(one, now) for one in documents[:20_000]])
    return [
        Figure("plain interpreter, customers a second", CUSTOMERS / plain, "/s"),
        Figure("generated predicate (speed-up, bar 5)", CUSTOMERS / generated, "/s", ratio=plain / generated),
        Figure("columns (speed-up, bar 20)", CUSTOMERS / vectors, "/s", ratio=plain / vectors),
        Figure("next moment of a customer", following / 20_000 * 1e6, "us"),
    ]


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of five runs in seconds, and what came out."""
    times, found = [], None
    for _ in range(5):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return min(times), found


def _customer(dice: random.Random, now: int) -> dict[str, Any]:
    orders = dice.choice([0, 0, 1, 2, 3, 5, 8, 13])
    return {
        "status": dice.choice(["active", "active", "active", "vip", "inactive"]),
        "total_spent": dice.randint(0, 60_000) if orders else 0,
        "country": dice.choice(["GB", "GB", "FR", "DE", "PL", None]),
        "tags": frozenset(dice.sample(["gold", "silver", "news", "vip"], dice.randint(0, 2))),
        "orders": orders,
        "language": dice.choice(["en", "de", "pl", None]),
        "average_order": dice.randint(500, 9_000) if orders else None,
        "last_order_at": now - dice.randint(0, 400) * DAY if orders else None,
    }


def interpreted(node: Mapping[str, Any], fields: Mapping[str, Any], now: int) -> bool:
    """The rule read anew for every customer, node by node: what one would write first."""
    match node["type"]:
        case "all":
            return all(interpreted(one, fields, now) for one in node["of"])
        case "any":
            return any(interpreted(one, fields, now) for one in node["of"])
        case "not":
            return not interpreted(node["of"], fields, now)
    value, test = fields.get(node["field"]), node["is"]
    if value is None:
        return False
    return _OPERATORS[test["operator"]](value, test, now)


def _within_last(value: int, test: Mapping[str, Any], now: int) -> bool:
    return now - test["amount"] * DAY < value <= now


_OPERATORS: dict[str, Callable[[Any, Mapping[str, Any], int], bool]] = {
    "one_of": lambda value, test, now: value in test["values"],
    "equals": lambda value, test, now: value == test["value"],
    "contains": lambda value, test, now: test["value"] in value,
    "at_least": lambda value, test, now: value >= test["value"],
    "greater_than": lambda value, test, now: value > test["value"],
    "between": lambda value, test, now: test["from"] <= value <= test["to"],
    "within_last": _within_last,
}
