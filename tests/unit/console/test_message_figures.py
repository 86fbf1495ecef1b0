"""The page of figures: which days, what is divided by what, and how it is written."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console import shell, standing
from console.handler import handler
from console.message_rates import share_text
from console.pages import message_figures
from console.shell import Shop
from console.web import Request
from regulars.kernel.http.caller import Call, Caller
from regulars.kernel.tenancy import Tenant
from regulars.messaging import standing_store
from regulars.messaging.analytics_model import By, Cell, Report, report

TENANT = Tenant("ten_01KAZZZZZZZZZZZZZZZZZZZZZZ")
TODAY = date(2026, 11, 21)
SENT = {
    "claimed": 1000,
    "sent": 1000,
    "delivered": 900,
    "opened": 300,
    "clicked": 45,
    "complained": 2,
    "revenue_last": 123_456,
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the page asks for; a single day has messages."""
    seen: list[Any] = []

    def analytics(tenant: Tenant, since: date, until: date, by: By = By.DAY) -> Report:
        seen.append((since, until, by))
        known = since <= TODAY - timedelta(days=1)
        cells = [Cell(TODAY, "email", "spring_sale", 9, SENT, "product_updates")] if known else []
        return report(cells, since, until, by, "last")

    shop = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
    for module in (shell, standing, message_figures):
        monkeypatch.setattr(module, "shop_of", lambda request: shop)
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    monkeypatch.setattr(message_figures, "message_analytics", analytics)
    monkeypatch.setattr(message_figures, "today_of", lambda tenant, now: TODAY)
    monkeypatch.setattr(standing_store, "paused_why", lambda tenant: "")
    return seen


def ask(query: str = "", role: str = "analyst") -> dict[str, Any]:
    lambda_ = {"tenant": TENANT.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
    event = {
        "rawQueryString": query,
        "headers": {},
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": "GET", "path": "/console/message-figures"},
            "authorizer": {"lambda": lambda_},
        },
    }
    return handler(event, None)


def test_rates_are_shares_with_their_meaning_beside_them(asked: list[Any]) -> None:
    body = ask()["body"]
    for words in (
        "90.0%",
        "33.3%",
        "5.0%",
        "0.22%",
        "Privacy proxies and scanners are left out",
        "£1,234.56",
    ):
        assert words in body
    assert asked == [(TODAY - timedelta(days=29), TODAY, By.DAY)]


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ("days=7", TODAY - timedelta(days=6), TODAY),
        ("from=2026-11-01&to=2026-11-05", date(2026, 11, 1), date(2026, 11, 5)),
        ("from=2026-11-01&to=2027-01-05", date(2026, 11, 1), TODAY),
        ("from=2026-11-09&to=2026-11-05", TODAY - timedelta(days=29), TODAY),
        ("from=nonsense&to=", TODAY - timedelta(days=29), TODAY),
        ("from=2001-01-01", TODAY - timedelta(days=399), TODAY),
    ],
)
def test_days_that_cannot_be_are_mended(asked: list[Any], query: str, since: date, until: date) -> None:
    pairs = dict(pair.split("=") for pair in query.split("&"))
    call = Call(Caller("staff", "stf_1", TENANT, frozenset()), {}, datetime(2026, 11, 21, tzinfo=UTC))
    assert message_figures.span(Request(call, "GET", "/", {}, {}, pairs, {})) == (since, until)


def test_the_chart_shows_the_rate_that_is_chosen(asked: list[Any]) -> None:
    body = ask("by=template&show=open")["body"]
    assert "spring_sale" in body
    assert "33.333" in body
    assert "in percent" in body


def test_a_category_leads_to_its_deliveries(asked: list[Any]) -> None:
    body = ask("by=category")["body"]
    assert 'href="/console/deliveries?category=product_updates"' in body
    assert "Product updates" in body


def test_the_csv_has_shares_that_can_be_reckoned_with(asked: list[Any]) -> None:
    lines = ask("by=channel&format=csv")["body"].splitlines()
    assert lines[0].startswith("Channel,Sent,Delivered,Opened")
    assert lines[1].startswith("Email,1000,0.900000,0.333333,0.050000")


def test_days_without_messages_say_so(asked: list[Any]) -> None:
    assert "Nothing was sent in these days" in ask(f"from={TODAY}&to={TODAY}")["body"]


def test_who_may_not_read_messages_is_refused(asked: list[Any]) -> None:
    assert ask(role="viewer")["statusCode"] == 403


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "—"), (0, "0.0%"), (0.0004, "0.04%"), (0.3333, "33.3%"), (0.9996, "100%"), (1, "100%")],
)
def test_small_shares_keep_their_digits(share: float | None, text: str) -> None:
    assert share_text(share) == text
