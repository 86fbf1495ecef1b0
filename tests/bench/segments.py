"""A million customers by a rule of ten conditions, as a bulk worker has them: raw items off the wire, decoded, judged by columns.

CPU seconds of one worker, decoding and judging apart; in production sixteen share it. Memory once page by page, as the sweep does
it, and once with all million resident. Each in a process of its own, so that its peak is its own.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench.report import Figure

CUSTOMERS = 1_000_000
PAGE = 500
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
# What run_jobs has.
MEMORY_BAR_MB = 1769


def _is(field: str, operator: str, **operands: Any) -> dict[str, Any]:
    return {"type": "field", "field": field, "is": {"operator": operator, **operands}}


RULE = {
    "version": 1,
    "root": {
        "type": "all",
        "of": [
            _is("status", "equals", value="active"),
            _is("total_spent", "at_least", value=5_000),
            _is("orders", "between", **{"from": 2, "to": 40}),
            _is("average_order", "greater_than", value=900),
            _is("last_order_at", "within_last", amount=200, unit="days"),
            _is("created_at", "more_than_ago", amount=30, unit="days"),
            {
                "type": "any",
                "of": [
                    _is("country", "one_of", values=["GB", "FR", "DE"]),
                    _is("tags", "contains", value="gold"),
                    _is("city", "starts_with", value="lo"),
                ],
            },
            {"type": "not", "of": _is("language", "equals", value="pl")},
        ],
    },
}


def measure() -> list[Figure]:
    """Runs both ways, each in a fresh process."""
    pages, resident = _run("pages"), _run("resident")
    return [
        Figure("a million customers: decode facts", pages["decode"], "CPU s"),
        Figure("a million customers: judge by columns", pages["judge"], "CPU s"),
        Figure("a million customers: next moments", pages["next"], "CPU s"),
        Figure("next moment of a customer", pages["next"] * 1e6 / CUSTOMERS, "us"),
        Figure("peak memory page by page", pages["megabytes"], "MB", bar=MEMORY_BAR_MB),
        Figure("a million resident: make columns", resident["columns"], "CPU s"),
        Figure("a million resident: judge", resident["judge"], "CPU s"),
        Figure("peak memory with a million resident", resident["megabytes"], "MB", bar=MEMORY_BAR_MB),
    ]


def _run(way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.segments", way, str(CUSTOMERS)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=os.environ)
    seen: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return seen


def _by_pages(count: int) -> dict[str, float]:
    from regulars.segments.rules.columns import Columns, matches_columns
    from regulars.segments.rules.values import millis

    rule, decode = _rule_and_decoder()
    now, spent, matched = millis(NOW), dict.fromkeys(("decode", "judge", "next"), 0.0), 0
    for raw in _raw_pages(count):
        start = time.process_time()
        documents = [decode(item) for item in raw]
        decoded = time.process_time()
        matched += int(matches_columns(rule, Columns.of(documents, [rule]), now).sum())
        judged = time.process_time()
        for document in documents:
            rule.next_change(document, now)
        spent["next"] += time.process_time() - judged
        spent["judge"] += judged - decoded
        spent["decode"] += decoded - start
    return spent | {"matched": matched}


def _resident(count: int) -> dict[str, float]:
    from regulars.segments.rules.columns import Columns, matches_columns
    from regulars.segments.rules.values import millis

    rule, decode = _rule_and_decoder()
    documents = [decode(item) for raw in _raw_pages(count) for item in raw]
    start = time.process_time()
    columns = Columns.of(documents, [rule])
    made = time.process_time()
    matched = int(matches_columns(rule, columns, millis(NOW)).sum())
    return {"columns": made - start, "judge": time.process_time() - made, "matched": matched}


def _rule_and_decoder() -> tuple[Any, Any]:
    from regulars.customers import FactsItem
    from regulars.customers.facts import from_item
    from regulars.kernel.ids import new_id
    from regulars.kernel.tenancy import Tenant
    from regulars.segments.asking import Question
    from regulars.segments.rules import compile_rule, load_rule
    from regulars.segments.rules.values import millis

    rule = compile_rule(load_rule(RULE), ZoneInfo("Europe/London"))
    question, tenant = Question.of([rule], millis(NOW)), Tenant(new_id("ten", NOW))

    def decode(raw: dict[str, Any]) -> Any:
        return question.document(from_item(tenant, FactsItem.from_raw_data(raw)))

    return rule, decode


def _raw_pages(count: int) -> Iterator[list[dict[str, Any]]]:
    dice = random.Random(1)
    for start in range(0, count, PAGE):
        yield [_raw(dice, number) for number in range(start, min(count, start + PAGE))]


def _raw(dice: random.Random, number: int) -> dict[str, Any]:
    """A facts item as DynamoDB sends it."""
    orders = dice.choice((0, 0, 1, 2, 3, 5, 8, 13))
    spent = sum(dice.randint(500, 9_000) for _ in range(orders))
    raw: dict[str, Any] = {
        "pk": {"S": "T#ten#F#00"},
        "sk": {"S": f"cus_{number:026d}"},
        "kind": {"S": "facts"},
        "name": {"S": f"Ada Lovelace {number}"},
        "email": {"S": f"ada{number}@example.com"},
        "status": {"S": dice.choice(("active", "active", "active", "inactive"))},
        "created_at": {"S": _moment(dice, 900)},
        "currency": {"S": "GBP"},
        "orders": {"N": str(orders)},
        "gross": {"N": str(spent)},
        "refunds": {"N": "0"},
        "refunded": {"N": "0"},
        "spent": {"N": str(spent)},
        "revision": {"N": str(orders)},
        "activity_revision": {"N": "7"},
        "counts": {"S": f'{{"order.placed":{orders},"page_view":31,"login":4}}'},
        "seen": {"S": '{"page_view":"2026-03-01T08:00:00.000Z","login":"2026-02-11T08:00:00.000Z"}'},
        "habits": {"S": '{"category":{"mugs":3,"teapots":1},"payment":{"card":4}}'},
    }
    choices = {
        "country": ("GB", "FR", "DE", "PL"),
        "language": ("en", "de", "pl"),
        "city": ("London", "Leeds"),
    }
    raw |= {name: {"S": dice.choice(values)} for name, values in choices.items() if dice.random() < 0.9}
    if tags := dice.sample(("gold", "silver", "news"), dice.randint(0, 2)):
        raw["tags"] = {"SS": tags}
    if orders:
        raw |= {"first_order_at": {"S": _moment(dice, 800)}, "last_order_at": {"S": _moment(dice, 400)}}
    return raw


def _moment(dice: random.Random, days: int) -> str:
    return f"{NOW - timedelta(minutes=dice.randint(0, days * 1440)):%Y-%m-%dT%H:%M:%S}.000Z"


def _main(way: str, count: int) -> None:
    import tests.conftest  # noqa: F401  (settings, before anything of the product)

    seen = {"pages": _by_pages, "resident": _resident}[way](count)
    seen["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(seen))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
