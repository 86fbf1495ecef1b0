"""The insights API as API Gateway calls it."""

from datetime import datetime

import pytest

from insights_api.handler import handler
from keep_stats.handler import handler as stats_handler
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body, http_event
from tests.integration.insights.test_exactly_once import deliver, trade
from tests.integration.pipeline.shop import events_of


def test_statistics_series_and_summary(shop: Tenant, now: datetime) -> None:
    deliver(stats_handler, events_of(shop, trade(shop, now)))

    stats = handler(http_event("GET /customers/stats", tenant=shop.id), None)
    months = handler(
        http_event(
            "GET /customers/analytics",
            tenant=shop.id,
            query={"from": "2026-02-01", "to": "2026-03-31", "by": "month"},
        ),
        None,
    )
    summary = handler(http_event("GET /analytics/summary", tenant=shop.id), None)

    assert stats["statusCode"] == months["statusCode"] == summary["statusCode"] == 200
    assert answer_body(stats)["customers"] == 3
    assert [point["figures"]["orders"] for point in answer_body(months)["points"]] == [0, 11]
    assert len(answer_body(summary)["days"]) == 30


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "1999-01-01", "to": "2026-03-01"}, "from"),
        ({"from": "soon"}, "from"),
        ({"by": "hour"}, "by"),
        ({"until": "2026-03-01"}, "until"),
    ],
)
def test_bad_spans_say_where(shop: Tenant, query: dict[str, str], field: str) -> None:
    answer = handler(http_event("GET /customers/analytics", tenant=shop.id, query=query), None)
    assert answer["statusCode"] == 422
    assert [error["pointer"] for error in answer_body(answer)["errors"]] == [field]


def test_a_customer_may_not_read_statistics(shop: Tenant) -> None:
    caller = {"caller_kind": "customer", "caller_id": "cus_1", "role": ""}
    answer = handler(http_event("GET /customers/stats", tenant=shop.id, caller=caller), None)
    assert answer["statusCode"] == 403
