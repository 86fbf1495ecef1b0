"""What live evaluation and previews cost against the embedded engine."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from regulars.kernel.tenancy import Tenant
from tests.bench.report import Figure
from tests.bench.shop import open_shop

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ROUNDS = 40


def measure() -> list[Figure]:
    """Needs an engine with a table and a jobs queue."""
    return [*_order_events(), *_previews()]


def _order_events() -> list[Figure]:
    """An order's event judged with 20 segments that read orders, alone and among 480 that do not."""
    from tests.metering import metered

    few, many = _shop(others=0), _shop(others=480)
    small, large = _Judging(few), _Judging(many)
    for judging in (small, large):
        judging.order()
    alone, among = [], []
    for _ in range(ROUNDS):
        alone.append(small.order())
        among.append(large.order())
    ratio = statistics.median(among) / statistics.median(alone)
    placed = large.place()
    with metered() as meter:
        large.judge(placed)
    return [
        Figure("order event, 20 segments", statistics.median(alone) * 1e3, "ms"),
        Figure(
            "order event, 500 segments of which 20 read orders",
            statistics.median(among) * 1e3,
            "ms",
            ratio=ratio,
            bar=1.5,
        ),
        Figure("request units of an order event that moves nobody", meter.units, "units"),
    ]


def _shop(others: int) -> Tenant:
    from tests.integration.segments.making import make_segments

    tenant = open_shop(NOW)
    spent = {
        f"spent{number}": {
            "type": "field",
            "field": "total_spent",
            "is": {"operator": "at_least", "value": 10_000_000 + number},
        }
        for number in range(20)
    }
    tagged = {
        f"tagged{number}": {
            "type": "field",
            "field": "tags",
            "is": {"operator": "contains", "value": f"tag {number}"},
        }
        for number in range(others)
    }
    for rules in _lots(spent | tagged, 90):
        make_segments(tenant, NOW, **rules)
    return tenant


def _lots(rules: dict[str, Any], size: int) -> list[dict[str, Any]]:
    names = list(rules)
    return [
        {name: rules[name] for name in names[start : start + size]} for start in range(0, len(names), size)
    ]


class _Judging:
    """A customer who orders again and again."""

    def __init__(self, tenant: Tenant) -> None:
        from tests.integration.pipeline.shop import new_customer

        self.tenant, self.number = tenant, 0
        self.customer = new_customer(tenant, NOW)

    def place(self) -> Any:
        """The event of one more order."""
        from regulars.kernel.events import Envelope, EventItem
        from tests.integration.pipeline.shop import buy

        self.number += 1
        buy(self.tenant, self.customer, f"o{self.number}", NOW)
        pk = self.tenant.partition("C", self.customer)
        page = EventItem.page(pk, EventItem.sk.startswith("E#"), limit=300)
        [envelope] = [Envelope.of(one) for one in page.items if one.data.get("number") == f"o{self.number}"]
        return envelope

    def judge(self, envelope: Any) -> None:
        """Have the segments judged after an event."""
        from regulars.segments.evaluating import evaluate_events

        evaluate_events(self.tenant, [envelope], NOW)

    def order(self) -> float:
        """Seconds to judge the segments after one more order."""
        envelope = self.place()
        start = time.perf_counter()
        self.judge(envelope)
        return time.perf_counter() - start


def _previews() -> list[Figure]:
    """Previews on a tenant with the retail year's 4,372 customers."""
    from regulars.segments import preview
    from tests.integration.segments import retail
    from tests.integration.segments.making import make_segments

    tenant = open_shop(NOW)
    retail.load(tenant, retail.connect())
    make_segments(tenant, NOW, "Europe/London")
    big = {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 100_000}}
    often = {
        "type": "event",
        "events": ["order.placed"],
        "window": {"type": "last", "amount": 90, "unit": "days"},
        "is": {"operator": "at_least", "value": 3},
    }

    def look(root: dict[str, Any]) -> Any:
        return preview(tenant, {"version": 1, "root": root}, now=retail.END)

    return [
        Figure("preview, conditions on facts", _median(lambda: look(big)) * 1e3, "ms", bar=1000),
        Figure("preview, with history", _median(lambda: look(often)) * 1e3, "ms", bar=1000),
    ]


def _median(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
