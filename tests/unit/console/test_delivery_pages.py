"""The log of deliveries and a message's page, with the use cases behind them played by a fake."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from console import shell, standing
from console.delivery_texts import checks_of, moments_of
from console.handler import handler
from console.pages import deliveries, message
from console.shell import Shop
from regulars import messaging
from regulars.customers import Facts
from regulars.kernel.errors import ConflictError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging import (
    Channel,
    Delivery,
    DeliveryWithContent,
    MessagingSettings,
    Reason,
    State,
    standing_store,
)
from regulars.messaging.content import EmailContent, SmsContent
from regulars.messaging.model import Check
from regulars.messaging.standing_store import Standing

TENANT = Tenant("ten_01KAZZZZZZZZZZZZZZZZZZZZZZ")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAPPED = Delivery(
    "dlv_1",
    "cus_1",
    Channel.EMAIL,
    "spring_sale",
    "",
    State.NOT_SENT,
    NOW - timedelta(minutes=5),
    category="promotions",
    reason=Reason.CAPPED,
    explanation="The customer has received as many messages as the caps allow.",
    checks=(Check("consent", True, "agreed on 3 May"), Check("caps", False, "2 of 2 in 24 hours")),
    finished_at=NOW - timedelta(minutes=5),
)
LOST = replace(
    CAPPED,
    id="dlv_2",
    state=State.UNKNOWN,
    reason=Reason.ANSWER_LOST,
    attempted_at=NOW,
    finished_at=None,
    explanation="It may have arrived.",
)
ADA = Facts(TENANT, "cus_1", "active", NOW, name="Ada <b>Lovelace", email="ada@example.com")


@dataclass
class Fake:
    """What the pages ask for, and what they were asked."""

    page: Page[Delivery] = field(default_factory=lambda: Page([CAPPED]))
    content: Any = None
    paused: str = ""
    asked: list[Any] = field(default_factory=list)

    def list_deliveries(self, tenant: Tenant, **wanted: Any) -> Page[Delivery]:
        self.asked.append(wanted)
        return self.page

    def get_delivery(self, tenant: Tenant, delivery_id: str) -> DeliveryWithContent:
        found = LOST if delivery_id == LOST.id else CAPPED
        return DeliveryWithContent(found, self.content)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(messaging, "list_deliveries", made.list_deliveries, raising=False)
    monkeypatch.setattr(messaging, "get_delivery", made.get_delivery, raising=False)
    monkeypatch.setattr(messaging, "messaging_settings", lambda tenant: MessagingSettings(), raising=False)
    monkeypatch.setattr(message, "get_delivery", made.get_delivery)
    shop = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
    for module in (shell, standing, deliveries, message):
        monkeypatch.setattr(module, "shop_of", lambda request: shop)
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    monkeypatch.setattr(deliveries, "known_among", lambda tenant, ids: {"cus_1": ADA})
    monkeypatch.setattr(
        deliveries, "search_customers", lambda tenant, text, limit: Page([ADA] if text == "ada" else [])
    )
    monkeypatch.setattr(standing_store, "paused_why", lambda tenant: made.paused)
    monkeypatch.setattr(
        standing_store,
        "standing_of",
        lambda tenant, zone, now: Standing(True, made.paused, NOW, "system", 400, 30, 0),
    )
    monkeypatch.setattr(message, "get", lambda tenant, id: type("Customer", (), {"id": id, "facts": ADA}))
    return made


def ask(method: str, path: str, *, role: str = "marketer", query: str = "", **form: str) -> dict[str, Any]:
    event = {
        "rawQueryString": query,
        "headers": {"content-type": "application/x-www-form-urlencoded", "origin": "https://regulars.test"},
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": f"/console{path}"},
            "authorizer": {
                "lambda": {"tenant": TENANT.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
            },
        },
        "body": urlencode(form),
    }
    return handler(event, None)


def _play_settling(monkeypatch: pytest.MonkeyPatch, settle: Callable[..., Delivery]) -> None:
    """The use case is imported when it is needed; its module takes all of sending with it."""
    played = ModuleType("resolving")
    monkeypatch.setattr(played, "resolve", settle, raising=False)
    monkeypatch.setitem(sys.modules, "regulars.messaging.sending.resolving", played)


def test_the_log_names_whom_what_and_why(fake: Fake) -> None:
    body = ask("GET", "/deliveries")["body"]
    for words in (
        "Ada &lt;b&gt;Lovelace",
        "Spring sale",
        "Not sent",
        "as many messages as the caps allow",
        "Offers",
    ):
        assert words in body
    assert "/console/deliveries/dlv_1/why" in body
    assert "Marketing is paused" not in body


def test_filters_reach_the_query_and_nonsense_is_no_filter(fake: Fake) -> None:
    ask("GET", "/deliveries", query="state=not_sent&channel=email&template=spring_sale&category=promotions")
    ask("GET", "/deliveries", query="state=nonsense&channel=pigeon")
    first, second = fake.asked
    assert (first["state"], first["channel"]) == (State.NOT_SENT, Channel.EMAIL)
    assert (first["template"], first["category"]) == ("spring_sale", "promotions")
    assert (second["state"], second["channel"]) == (None, None)


def test_a_name_finds_its_customer_and_one_that_nobody_has_finds_nothing(fake: Fake) -> None:
    ask("GET", "/deliveries", query="q=ada")
    assert fake.asked[0]["customer_id"] == "cus_1"
    body = ask("GET", "/deliveries", query="q=nobody")["body"]
    assert "No customer is called that" in body
    assert len(fake.asked) == 1


def test_every_check_is_told_with_what_was_seen(fake: Fake) -> None:
    told = ask("GET", "/deliveries/dlv_1/why")["body"]
    for words in ("The caps leave room", "2 of 2 in 24 hours", "agreed on 3 May", "did not pass"):
        assert words in told
    assert [one.passed for one in checks_of(CAPPED)] == [True, False]


def test_a_pause_stands_over_the_log_with_its_figures(fake: Fake) -> None:
    fake.paused = "bounces"
    body = ask("GET", "/deliveries")["body"]
    assert "Marketing is paused" in body
    assert "30 bounces and 0 complaints of 400 mails" in body
    assert 'action="/console/deliveries/resume"' in body
    # who may only read is not offered to resume
    assert 'action="/console/deliveries/resume"' not in ask("GET", "/deliveries", role="agent")["body"]


def test_a_lost_answer_can_be_settled_in_three_ways(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    body = ask("GET", "/customers/cus_1/messages/dlv_2")["body"]
    assert body.count('action="/console/deliveries/dlv_2/resolve"') == 3
    settled: list[Any] = []

    def settle(tenant: Tenant, delivery_id: str, verdict: str, now: datetime) -> Delivery:
        settled.append((delivery_id, verdict))
        return LOST

    _play_settling(monkeypatch, settle)
    answer = ask("POST", "/deliveries/dlv_2/resolve", outcome="not_sent")
    assert settled == [("dlv_2", "not_sent")]
    assert answer["headers"]["location"].endswith("/messages/dlv_2")
    assert ask("POST", "/deliveries/dlv_2/resolve", outcome="perhaps")["statusCode"] == 422


def test_settling_what_settled_itself_says_so(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Delivery:
        raise ConflictError("it has just turned out what became of this delivery")

    _play_settling(monkeypatch, refuse)
    answer = ask("POST", "/deliveries/dlv_2/resolve", outcome="again")
    assert "just%20turned%20out" in str(answer["cookies"])


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(fake: Fake) -> None:
    fake.content = EmailContent("Hello", "<p>Hello</p>", "Hello")
    assert (
        'src="/console/customers/cus_1/messages/dlv_1/content"'
        in ask("GET", "/customers/cus_1/messages/dlv_1")["body"]
    )
    answer = ask("GET", "/customers/cus_1/messages/dlv_1/content")
    assert answer["body"] == "<p>Hello</p>"
    assert answer["headers"]["content-security-policy"].endswith("; sandbox")
    assert "script" not in answer["headers"]["content-security-policy"]


def test_a_text_message_is_shown_as_one(fake: Fake) -> None:
    fake.content = SmsContent("Your parcel <is> here")
    assert "Your parcel &lt;is&gt; here" in ask("GET", "/customers/cus_1/messages/dlv_1")["body"]


def test_a_message_is_not_shown_with_another_customer(fake: Fake) -> None:
    assert ask("GET", "/customers/cus_2/messages/dlv_1")["statusCode"] == 404


def test_moments_are_told_latest_first_and_in_their_order() -> None:
    done = replace(
        CAPPED,
        state=State.CLICKED,
        finished_at=NOW,
        attempted_at=NOW,
        sent_at=NOW,
        delivered_at=NOW,
        opened_at=NOW,
        clicked_at=NOW,
    )
    assert [one.title for one in moments_of(done)] == [
        "Clicked",
        "Opened",
        "Delivered",
        "Taken by the provider",
        "Handed to the provider",
        "Asked for",
    ]
    assert moments_of(CAPPED)[0].text == CAPPED.explanation
