"""How messages do, as the API tells it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from messaging_api.handler import handler
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.analytics import message_analytics
from regulars.messaging.model import Channel
from regulars.messaging.signals import SignalKind
from regulars.messaging.tally_rows import tally
from regulars.messaging.tally_store import bump
from regulars.messaging.tracking.applying import apply
from tests.events import answer_body, http_event
from tests.integration.messaging.sent import sent, told
from tests.integration.pipeline.shop import new_customer
from tests.metering import metered

HOUR = timedelta(hours=1)


@pytest.fixture
def busy(shop: Tenant, now: datetime) -> Tenant:
    """Three mails in two days and one text message."""
    ann = new_customer(shop, now)
    for key, at, changes, kinds in (
        ("a", now, {}, (SignalKind.CLICKED,)),
        ("b", now, {}, (SignalKind.OPENED, SignalKind.MACHINE_CLICKED)),
        ("c", now - 11 * HOUR, {"template": "welcome", "category": "newsletters"}, (SignalKind.BOUNCED,)),
        ("d", now, {"channel": Channel.SMS}, (SignalKind.DELIVERED,)),
    ):
        one = sent(shop, ann, at, key, **changes)
        transaction = Transaction(shop)
        tally(transaction, one, {"claimed": 1, "sent": 1, "cost": 100}, "Europe/Warsaw", at)
        transaction.commit()
        for kind in kinds:
            # What becomes of it counts where it was sent, however late it is.
            apply(shop, told(one, kind, at + 72 * HOUR, "0"), at + 72 * HOUR)
    return shop


def ask(tenant: Tenant, **query: str) -> tuple[int, Any]:
    answer = handler(http_event("GET /notifications/analytics", tenant=tenant.id, query=query), None)
    return int(answer["statusCode"]), answer_body(answer)


def test_figures_by_each_dimension(busy: Tenant, now: datetime) -> None:
    period = {"from": "2026-03-08", "to": "2026-03-10"}
    _, by_day = ask(busy, **period)
    assert [(row["key"], row["counts"]["sent"]) for row in by_day["rows"]] == [
        ("2026-03-08", 0),
        ("2026-03-09", 1),
        ("2026-03-10", 3),
    ]
    assert (by_day["time_zone"], by_day["currency"], by_day["by"]) == ("Europe/Warsaw", "GBP", "day")
    totals = by_day["totals"]
    counts = {name: count for name, count in totals["counts"].items() if count}
    assert counts == {
        "claimed": 4,
        "sent": 4,
        "delivered": 3,
        "opened": 2,
        "clicked": 1,
        "bounced": 1,
        "machine": 1,
        "cost": 400,
    }
    assert (totals["rates"]["click_to_open"], totals["rates"]["bounce"]) == (0.5, 0.25)

    def sent_by(by: str) -> dict[str, int]:
        rows = ask(busy, by=by, **period)[1]["rows"]
        return {row["key"]: row["counts"]["sent"] for row in rows if row["counts"]["sent"]}

    assert sent_by("channel") == {"email": 3, "sms": 1}
    assert sent_by("template") == {"news": 3, "welcome": 1}
    assert sent_by("category") == {"promotions": 3, "newsletters": 1}
    # Half past eleven at night in Warsaw, and half past ten in the morning.
    assert sent_by("hour") == {"23": 1, "10": 3}


def test_the_last_thirty_days_without_being_asked_for(shop: Tenant) -> None:
    status, found = ask(shop)
    assert (status, len(found["rows"])) == (200, 30)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-03-10", "to": "2026-03-09"},
        {"from": "2025-01-01", "to": "2026-03-09"},
        {"by": "weekday"},
        {"from": "yesterday"},
    ],
)
def test_questions_that_cannot_be_answered_are_refused(shop: Tenant, query: dict[str, str]) -> None:
    assert ask(shop, **query)[0] == 422


def test_a_year_is_read_as_a_query_a_day(busy: Tenant) -> None:
    with metered() as meter:
        message_analytics(busy, date(2025, 3, 11), date(2026, 3, 10))
    queries = [units for operation, units in meter.calls if operation == "Query"]
    assert (len(queries), sum(queries)) == (365, 365 * 0.5)


def test_rows_without_a_category_are_read_too(shop: Tenant, now: datetime) -> None:
    transaction = Transaction(shop)
    bump(transaction, (shop.partition("N", "2026-03-10"), "email#news#10#0"), {"sent": 2})
    transaction.commit()
    (row,) = ask(shop, by="category", **{"from": "2026-03-10", "to": "2026-03-10"})[1]["rows"]
    assert (row["key"], row["counts"]["sent"]) == ("", 2)
