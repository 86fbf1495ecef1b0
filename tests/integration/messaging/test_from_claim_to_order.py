"""A mail and a text message all the way: written, sent, arrived, opened, followed, ordered after, reported."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from keep_engagement.handler import handler as keep_engagement
from messaging_api.handler import handler as messaging_api
from regulars.kernel.aws import client
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, due_timers
from regulars.messaging.content import EmailShell, SmsContent
from regulars.messaging.model import Channel, Sender
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.templates.published import forget_templates
from regulars.messaging.tracking.applying import apply
from run_timers.owners import OWNERS
from templates_api.handler import handler as templates_api
from tests.events import answer_body, http_event
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import FakeProvider, Outbox, person
from tests.integration.messaging.sent import gates
from tests.integration.pipeline.shop import buy, events_of, queue_batch
from track import recorder
from track.handler import handler as track

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
HTML = (
    "<html><body><h1>Hi {{ customer.first_name }}</h1>"
    '<p><a href="https://kettle.test/tea?a=1&amp;b=2#top">Tea</a></p>'
    '<p><a href="{{ data.url }}">Yours</a></p></body></html>'
)
DRAFT = {
    "contents": {
        "email": {"en": {"subject": "Tea", "html": HTML}},
        "sms": {"en": {"text": "Tea at https://kettle.test/tea today"}},
    },
    "sample": {"url": "https://kettle.test/you"},
}


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Outbox:
    forget_templates()
    url = client("sqs").create_queue(QueueName="regulars-test-timers")["QueueUrl"]
    monkeypatch.setenv("TIMERS_QUEUE_URL", str(url))
    forget_settings()
    monkeypatch.setattr(recorder, "PATIENCE", 30)
    return outbox.use(monkeypatch, own_templates=False)


def template(tenant: Tenant) -> str:
    """The key of a published template."""
    given = {"name": "Tea time", "key": "tea_time", "category": "promotions", "draft": DRAFT}
    made = answer_body(templates_api(http_event("POST /templates", tenant=tenant.id, body=given), None))
    params = {"template_id": made["id"]}
    event = http_event("POST /templates/{template_id}/publish", tenant=tenant.id, params=params, body={})
    assert templates_api(event, None)["statusCode"] == 200
    return str(made["key"])


def keep_shells(monkeypatch: pytest.MonkeyPatch, out: Outbox) -> list[EmailShell]:
    """The shells that the provider of mails will have been given."""
    shells: list[EmailShell] = []
    plain = FakeProvider.send

    def send(self: FakeProvider, sender: Sender, batch: Any, shell: EmailShell | None = None) -> Any:
        shells.extend([shell] if shell else [])
        return plain(self, sender, batch, shell)

    monkeypatch.setattr(FakeProvider, "send", send)
    return shells


def filled(shell: EmailShell, parts: Mapping[str, str]) -> str:
    """HTML and text as SES fills them in."""
    return re.sub(r"{{(p\d+)}}", lambda place: parts[place[1]], shell.html + shell.text)


def visit(url: str) -> dict[str, Any]:
    """Follows one of our links; its path is one of a route."""
    path = url.removeprefix("https://regulars.test").split("/")[1:]
    route, names = {
        "o": ("GET /t/o/{ref}", ("ref",)),
        "c": ("GET /t/c/{ref}/{link}", ("ref", "link")),
    }.get(path[1], ("GET /s/{code}", ("code",)))
    params = dict(zip(names, path[-len(names) :], strict=True))
    return track(http_event(route, params=params, headers={"user-agent": PERSON}), None)


def settle(tenant: Tenant, at: datetime) -> None:
    for shard in range(SHARDS):
        for item in list(due_timers(shard, at)):
            if item.tenant == tenant.id and item.name == "clicks.judge":
                OWNERS[item.name](Timer(tenant, item.name, item.subject, item.due), at)


def test_a_mail_from_claim_to_order(
    shop: Tenant, now: datetime, out: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.kernel.clock._milliseconds", lambda moment: now + HOUR)
    shells = keep_shells(monkeypatch, out)
    ann, bob = person(shop, now, "Ann"), person(shop, now, "Bob")
    made = outbox.dispatch(shop, now, template=template(shop), values={"url": "https://kettle.test/ann?x=1"})

    send_batch(shop, made.id, 0, [ann, bob], now)

    mails = {one.customer_id: one for one in out.email.sent}
    page = filled(shells[0], mails[ann].parts)
    static, own, pixel = re.findall(r'(?:href|src)="(https://regulars\.test/t/[^"]+)"', page)
    assert "kettle.test" not in page
    for customer, mail in mails.items():
        ref = DeliveryRef(customer, mail.delivery_id)
        apply(shop, Signal(ref, SignalKind.DELIVERED, now + SECOND), now)

    assert len(visit(pixel)["body"]) == 60
    utm = "utm_source=regulars&utm_medium=email&utm_campaign=news"
    assert visit(static)["headers"]["location"] == f"https://kettle.test/tea?a=1&b=2&{utm}#top"
    # Both links of a mail at once would be a machine's.
    monkeypatch.setattr("regulars.kernel.clock._milliseconds", lambda moment: now + HOUR + SECOND)
    assert visit(own)["headers"]["location"] == f"https://kettle.test/ann?x=1&{utm}"
    settle(shop, now + 2 * HOUR)
    buy(shop, ann, "1", now + 2 * HOUR)
    placed = [one for one in events_of(shop, [ann]) if one.name == "order.placed"]
    assert keep_engagement(queue_batch(placed), None) == {"batchItemFailures": []}

    counted = gates(shop, made.id)
    told = ("sent", "delivered", "opened", "clicked", "converted", "buyers", "revenue_last")
    assert [counted[f"email_{name}"] for name in told] == [2, 2, 1, 1, 1, 1, 2000]
    query = {"from": "2026-03-10", "to": "2026-03-10", "by": "template"}
    event = http_event("GET /notifications/analytics", tenant=shop.id, query=query)
    (row,) = answer_body(messaging_api(event, None))["rows"]
    assert row["key"] == "tea_time"
    assert (row["counts"]["sent"], row["counts"]["clicked"], row["revenue"]) == (2, 1, 2000)
    assert (row["rates"]["delivery"], row["rates"]["open"], row["rates"]["conversion"]) == (1.0, 0.5, 0.5)


def test_a_text_message_has_short_links_that_lead_on(
    shop: Tenant, now: datetime, out: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.kernel.clock._milliseconds", lambda moment: now + HOUR)
    ann = person(shop, now, "Ann", phone="+48501502503")
    made = outbox.dispatch(shop, now, template=template(shop), channels=(Channel.SMS,))

    send_batch(shop, made.id, 0, [ann], now)

    (text,) = out.sms.sent
    assert isinstance(text.content, SmsContent)
    (url,) = re.findall(r"https://\S+/s/\w{11}", text.content.text)
    assert visit(url)["headers"]["location"].startswith(
        "https://kettle.test/tea?utm_source=regulars&utm_medium=sms"
    )
    settle(shop, now + 2 * HOUR)
    assert gates(shop, made.id)["sms_clicked"] == 1


def test_following_a_link_loads_nothing_that_renders() -> None:
    code = (
        "import sys, tests.conftest, track.handler, regulars.messaging.templates.links_store;"
        "heavy = {'jinja2', 'cryptography', 'phonenumbers', 'mjml', 'boto3'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
