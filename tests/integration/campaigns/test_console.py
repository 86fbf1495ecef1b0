"""The console's campaigns on the real services: composed, counted, sent, and told of, page by page."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from console import handler as edge
from regulars import campaigns
from regulars.campaigns import Status, previewing
from regulars.messaging import NewTemplate, create_template, publish_template
from regulars.messaging.sending.batches import send_batch
from tests.integration.campaigns.stage import Stage
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, person

HTML = (
    '<html><body><p>Hello {{ customer.first_name }}</p><a href="https://shop.example/news">News</a>'
    '<a href="{{ message.unsubscribe_url }}">Unsubscribe</a></body></html>'
)
FORM = {
    "name": "Winter news",
    "audience": "all",
    "channel": ["email"],
    "template": "news",
    "category": "newsletters",
    "when": "now",
    "hold_out": "0",
}


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    return outbox.use(monkeypatch)


@pytest.fixture
def news(shop: Stage) -> None:
    """A published template of that key."""
    contents = {"email": {"en": {"subject": "News", "html": HTML, "text": "News"}}}
    given = NewTemplate.model_validate(
        {"name": "News", "key": "news", "category": "newsletters", "draft": {"contents": contents}}
    )
    made = create_template(shop.tenant, given, now=shop.now)
    publish_template(shop.tenant, made.id, now=shop.now)


@pytest.fixture
def console(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> "Console":
    return Console(shop, monkeypatch)


class Console:
    """A browser of the shop's marketer."""

    def __init__(self, shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self._shop, self._patch = shop, monkeypatch

    def ask(self, method: str, path: str, query: str = "", **form: Any) -> dict[str, Any]:
        self._patch.setattr(edge, "_clock", SimpleNamespace(now=lambda: self._shop.now))
        passed = {
            "tenant": self._shop.tenant.id,
            "caller_kind": "staff",
            "caller_id": "stf_1",
            "role": "marketer",
        }
        event = {
            "rawQueryString": query,
            "headers": {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"},
            "requestContext": {
                "requestId": "req-1",
                "http": {"method": method, "path": f"/console/campaigns{path}"},
                "authorizer": {"lambda": passed},
            },
            "body": urlencode(form, doseq=True),
        }
        answer = edge.handler(event, None)
        assert answer["statusCode"] < 400, answer["body"][:2000]
        return answer

    def page(self, path: str, query: str = "") -> str:
        return str(self.ask("GET", path, query)["body"])


def test_a_campaign_is_composed_counted_sent_and_told_of(
    shop: Stage, news: None, out: Outbox, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given all the time there is for the count, which is an estimate when it runs short
    for bound in ("_READING", "_DECIDING"):
        monkeypatch.setattr(previewing, bound, 600)
    # and people, one of whom has not agreed, and a draft
    willing = [person(shop.tenant, shop.now, f"P{number}") for number in range(3)]
    person(shop.tenant, shop.now, "U1", consent=False)
    assert "No campaigns yet" in console.page("")
    path = console.ask("POST", "/new")["headers"]["location"].removeprefix("/console/campaigns")
    campaign = path.removesuffix("/edit")
    assert "Choose who gets it." in console.page(path)
    # when it is filled in
    saved = json.loads(console.ask("POST", f"{campaign}/draft", **FORM, version="1")["body"])
    # then nothing is missing any more, and it is counted and shown
    assert "Everything that is needed is there" in saved["pieces"]["checks"]
    counted = json.loads(console.page(f"{campaign}/reach"))
    assert "3 of 4 would get it now" in counted["pieces"]["checks"]
    assert "No consent" in counted["pieces"]["reach"]
    assert "/preview/mail?" in console.page(f"{campaign}/preview")
    assert "https://shop.example/news" in console.page(f"{campaign}/preview/mail")
    # when it is sent
    console.ask("POST", f"{campaign}/launch")
    found = campaigns.get_campaign(shop.tenant, campaign.strip("/"))
    assert found.status is Status.SENDING
    assert "Pause" in console.page(campaign)
    shop.plan(found)
    for one in shop.batches():
        send_batch(shop.tenant, one["dispatch"], one["number"], one["customers"], shop.now)
    shop.pass_time(minutes=2)
    shop.fire()
    # then the report tells who got it, who not and why, and leads to the people
    assert set(out.email.customers) == set(willing)
    report = console.page(campaign)
    for words in ("of 4 planned", "No consent", "Who got nothing, and why"):
        assert words in report
    assert console.page(campaign, "tab=people&state=sent&format=csv").count("\n") == 4
    assert "No clicks yet" in console.page(campaign, "tab=links")
    assert "Winter news" in console.page("")
    assert "Winter news" in console.page("/calendar")
