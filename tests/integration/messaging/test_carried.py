"""What each provider is handed in particular, as the simulated ones have it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.messaging import devices, text_store
from regulars.messaging.content import EmailContent, EmailShell, PushContent, SmsContent, WebhookContent
from regulars.messaging.devices import NewDevice, list_devices
from regulars.messaging.model import Channel, Sender
from regulars.messaging.providers import outside, registry
from regulars.messaging.providers.port import Accepted, Lost, Outgoing, Postponed, Rejected, tags_of
from regulars.messaging.providers.push import PinpointPush
from regulars.messaging.providers.ses import SesMail
from regulars.messaging.providers.sms import EndUserMessaging
from regulars.messaging.providers.webhook import Webhooks
from regulars.messaging.webhook_keys import OVERLAP, rotate_webhook_secret, webhook_secret
from tests.integration.messaging.carriers import HookLike, _served
from tests.integration.pipeline.shop import new_customer
from tests.simulated import UNVERIFIED, Simulated

SENDER = Sender("Kettle & Co", "shop@example.test", "help@example.test")
SHELL = EmailShell("Hi {{p0}}", "<p>Hi {{p0}}, <a href='{{p1}}'>go</a></p>", "Hi {{p0}}: {{p1}}")


def mail(tenant: Tenant, to: str, number: int = 1, **given: object) -> Outgoing:
    tags = tags_of(tenant, f"dlv_{number}", f"cus_{number}", Channel.EMAIL)
    parts = {"p0": "Ann & <b>Bo</b>", "p1": f"https://shop.test/{number}"}
    content = EmailContent("Hi", "<p>Hi</p>", "Hi")
    return Outgoing(f"dlv_{number}", f"cus_{number}", to, content, {}, tags, parts, **given)  # type: ignore[arg-type]


def newest(simulator: Simulated, count: int) -> list[dict[str, object]]:
    return simulator.mailbox.messages()[-count:]


def test_one_mail_has_its_own_heads_tags_and_answers(tenant: Tenant, simulator: Simulated) -> None:
    headers = {
        "List-Unsubscribe": "<https://x.test/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    one = mail(tenant, "ann@example.test")
    one = Outgoing(one.delivery_id, one.customer_id, one.to, one.content, headers, one.tags)

    (outcome,) = SesMail("regulars-test").send(SENDER, [one])

    (found,) = newest(simulator, 1)
    assert outcome == Accepted(found["id"])
    assert found["headers"] == headers
    assert found["tags"] == dict(one.tags)
    assert found["from"] == "Kettle & Co <shop@example.test>"
    assert (found["reply_to"], found["configuration_set"]) == (["help@example.test"], "regulars-test")
    assert (found["subject"], found["html"], found["text"]) == ("Hi", "<p>Hi</p>", "Hi")


def test_many_mails_are_one_call_and_each_is_its_own(tenant: Tenant, simulator: Simulated) -> None:
    batch = [
        Outgoing(one.delivery_id, one.customer_id, one.to, one.content, {"X-N": str(n)}, one.tags, one.parts)
        for n in range(50)
        for one in [mail(tenant, f"a{n}@example.test", n)]
    ]

    outcomes = SesMail("regulars-test").send(SENDER, batch, SHELL)

    found = newest(simulator, 50)
    assert [outcome.message_id for outcome in outcomes if isinstance(outcome, Accepted)] == [
        one["id"] for one in found
    ]
    assert [one["headers"] for one in found] == [{"X-N": str(n)} for n in range(50)]
    assert [one["tags"] for one in found] == [dict(one.tags) for one in batch]
    assert found[7]["html"] == "<p>Hi Ann & <b>Bo</b>, <a href='https://shop.test/7'>go</a></p>"
    assert found[7]["text"] == "Hi Ann & <b>Bo</b>: https://shop.test/7"


def test_part_of_a_batch_may_be_refused_or_put_off(tenant: Tenant, simulator: Simulated) -> None:
    names = ["success+1", "throttled+1", "rejected", "paused", "failing", "success+2"]
    batch = [mail(tenant, f"{name}@simulator.amazonses.com", n) for n, name in enumerate(names)]
    batch.insert(2, mail(tenant, "no address", 99))

    outcomes = SesMail("x").send(SENDER, batch, SHELL)

    assert [type(outcome) for outcome in outcomes] == [
        Accepted,
        Postponed,
        Rejected,
        Rejected,
        Postponed,
        Postponed,
        Accepted,
    ]
    assert [outcome.throttled for outcome in outcomes if isinstance(outcome, Postponed)] == [
        True,
        False,
        False,
    ]
    assert len(newest(simulator, 2)) == 2


def test_a_part_for_the_subject_cannot_add_a_head(tenant: Tenant, simulator: Simulated) -> None:
    one = mail(tenant, "ann@example.test")
    evil = {"p0": "Ann\r\nBcc: eve@example.test", "p1": "line\nbreak"}
    one = Outgoing(one.delivery_id, one.customer_id, one.to, one.content, {}, one.tags, evil)

    for batch in ([one], [one, one]):
        assert all(isinstance(outcome, Accepted) for outcome in SesMail("x").send(SENDER, batch, SHELL))
        found = newest(simulator, 1)[0]
        assert found["subject"] == "Hi Ann Bcc: eve@example.test"
        assert found["to"] == ["ann@example.test"]
        assert "line\nbreak" in str(found["text"])


def test_a_sender_nobody_verified_is_refused(tenant: Tenant, simulator: Simulated) -> None:
    sender = Sender("Eve", f"eve@{UNVERIFIED}")
    for shell in (None, SHELL):
        outcomes = SesMail("x").send(sender, [mail(tenant, "ann@example.test")] * 2, shell)
        assert [type(outcome) for outcome in outcomes] == [Rejected, Rejected]


def test_nobody_listening_is_worth_another_try(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    outcomes = SesMail("x").send(SENDER, [mail(tenant, "ann@example.test")] * 2, SHELL)
    assert outcomes == [Postponed("EndpointConnectionError")] * 2


def test_what_a_template_lacks_is_told_as_a_failure_to_render(tenant: Tenant, simulator: Simulated) -> None:
    one = mail(tenant, "ann@example.test")
    bare = Outgoing("dlv_bare", one.customer_id, one.to, one.content, {}, one.tags | {"delivery": "dlv_bare"})  # type: ignore[operator]

    (outcome,) = SesMail("x").send(SENDER, [bare], SHELL)
    simulator.settle()

    assert isinstance(outcome, Accepted)
    told = [event for event in simulator.heard.mails if event["mail"]["tags"]["delivery"] == ["dlv_bare"]]
    assert [event["eventType"] for event in told] == ["Rendering Failure"]


@pytest.mark.parametrize(
    ("to", "kinds"),
    [
        ("ann@example.test", ["Send", "Delivery"]),
        ("success+label@simulator.amazonses.com", ["Send", "Delivery"]),
        ("bounce+label@simulator.amazonses.com", ["Send", "Bounce"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("ooto@simulator.amazonses.com", ["Send", "Delivery"]),
    ],
)
def test_the_address_says_what_becomes_of_a_mail(
    tenant: Tenant, simulator: Simulated, to: str, kinds: list[str]
) -> None:
    (outcome,) = SesMail("x").send(SENDER, [mail(tenant, to)])
    simulator.settle()

    assert isinstance(outcome, Accepted)
    told = [event for event in simulator.heard.mails if event["mail"]["messageId"] == outcome.message_id]
    assert [event["eventType"] for event in told] == kinds


def text(tenant: Tenant, to: str = "+14155550100", *, transactional: bool | None = None) -> Outgoing:
    tags = tags_of(tenant, "dlv_1", "cus_1", Channel.SMS, transactional=transactional)
    return Outgoing("dlv_1", "cus_1", to, SmsContent("Hi\nAnn"), {}, tags)


def test_a_text_says_whom_it_is_from_of_what_kind_and_whose(tenant: Tenant, simulator: Simulated) -> None:
    one = text(tenant, transactional=False)

    (outcome,) = EndUserMessaging("regulars-test").send(Sender("+12065550100", ""), [one])

    (found,) = newest(simulator, 1)
    assert outcome == Accepted(found["id"])
    assert (found["from"], found["to"], found["text"]) == ("+12065550100", ["+14155550100"], "Hi\nAnn")
    assert (found["kind"], found["tags"]) == ("PROMOTIONAL", dict(one.tags))


def test_an_answer_finds_who_wrote_last(tenant: Tenant, other_tenant: Tenant, simulator: Simulated) -> None:
    phone = "+14155550177"
    EndUserMessaging("x").send(Sender("+12065550100", ""), [text(tenant, phone)])
    (second,) = EndUserMessaging("x").send(Sender("Kettle", ""), [text(other_tenant, phone)])

    found = text_store.texted_by(phone)

    assert [one.tenant for one in found] == [other_tenant, tenant]
    assert isinstance(second, Accepted)
    assert (found[0].origin, found[0].message_id) == ("Kettle", second.message_id)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> str:
    return new_customer(tenant, now)


def push(tenant: Tenant, customer: str, to: str, content: PushContent | None = None) -> Outgoing:
    tags = tags_of(tenant, "dlv_1", customer, Channel.PUSH)
    return Outgoing("dlv_1", customer, to, content or PushContent("Hi", "There", "https://x.test"), {}, tags)


@pytest.mark.parametrize(
    ("token", "kind", "left"),
    [("gone-1", Rejected, 0), ("refused-1", Rejected, 1), ("failing-1", Postponed, 1), ("lost-1", Lost, 1)],
)
def test_a_device_that_is_gone_is_forgotten(
    tenant: Tenant, now: datetime, ann: str, simulator: Simulated, token: str, kind: type, left: int
) -> None:
    devices.register_device(tenant, ann, NewDevice("android", token), now)

    (outcome,) = PinpointPush("shop").send(SENDER, [push(tenant, ann, f"android:{token}")])

    assert isinstance(outcome, kind)
    assert len(list_devices(tenant, ann)) == left


def test_each_platform_gets_its_own_form(tenant: Tenant, ann: str, simulator: Simulated) -> None:
    platforms = {"ios": "APNS", "ios_sandbox": "APNS_SANDBOX", "android": "GCM", "web": "GCM"}
    for platform, form in platforms.items():
        PinpointPush("shop").send(SENDER, [push(tenant, ann, f"{platform}:tok")])
        (found,) = newest(simulator, 1)
        assert (found["from"], found["subject"], found["text"]) == (form, "Hi", "There")
        assert found["headers"] == {"Action": "URL", "Url": "https://x.test"}
        assert found["data"] == {"delivery_id": "dlv_1"}


def test_what_no_device_takes_is_refused(tenant: Tenant, ann: str, simulator: Simulated) -> None:
    before = len(simulator.mailbox.messages())
    large = PushContent("Hi", "x" * 4096)
    (outcome,) = PinpointPush("shop").send(SENDER, [push(tenant, ann, "android:tok", large)])
    assert isinstance(outcome, Rejected)
    assert len(simulator.mailbox.messages()) == before


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[HookLike]:
    monkeypatch.setattr(outside, "_SECONDS", 0.5)
    with _served(HookLike()) as server:
        yield server


def webhook(tenant: Tenant, url: str) -> Outgoing:
    tags = tags_of(tenant, "dlv_1", "cus_1", Channel.WEBHOOK)
    return Outgoing("dlv_1", "cus_1", url, WebhookContent('{"hello": "Żółć"}'), {}, tags)


def expected(secret: str, head: Mapping[str, str], body: bytes) -> str:
    """What a receiver that knows a secret looks for."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def test_a_webhook_is_signed_as_its_receiver_can_check(tenant: Tenant, hook: HookLike) -> None:
    Webhooks(to_loopback=True).send(SENDER, [webhook(tenant, f"{hook.url}/in?x=1")])

    (head,), (body,) = hook.heads, hook.bodies
    secret = webhook_secret(tenant, now=clock().now()).secret
    assert head["webhook-signature"] == expected(secret, head, body)
    assert head["webhook-id"] == "dlv_1"
    assert json.loads(body) == {"hello": "Żółć"}


def test_each_tenant_has_a_key_of_its_own(tenant: Tenant, other_tenant: Tenant) -> None:
    now = clock().now()
    mine = webhook_secret(tenant, now=now)
    assert mine == webhook_secret(tenant, now=now)
    assert mine.secret != webhook_secret(other_tenant, now=now).secret


@pytest.mark.parametrize(("ago", "former_too"), [(timedelta(0), True), (OVERLAP, False)])
def test_a_rotated_secret_signs_and_for_a_day_the_former_one_too(
    tenant: Tenant, hook: HookLike, ago: timedelta, former_too: bool
) -> None:
    now = clock().now()
    for _ in range(2):
        former = webhook_secret(tenant, now=now).secret
        rotate_webhook_secret(tenant, now=now - ago)
    secret = webhook_secret(tenant, now=now).secret
    Webhooks(to_loopback=True).send(SENDER, [webhook(tenant, f"{hook.url}/in")])

    (head,), (body,) = hook.heads, hook.bodies
    wanted = [expected(one, head, body) for one in ([secret, former] if former_too else [secret])]
    assert secret != former
    assert head["webhook-signature"].split(" ") == wanted


def test_a_webhook_to_this_machine_needs_the_setting(tenant: Tenant, hook: HookLike) -> None:
    (outcome,) = Webhooks().send(SENDER, [webhook(tenant, f"{hook.url}/in")])
    assert isinstance(outcome, Rejected)
    assert hook.bodies == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Accepted), (302, Rejected), (404, Rejected), (410, Rejected), (408, Postponed), (503, Postponed)],
)
def test_the_receivers_status_says_what_became_of_it(
    tenant: Tenant, hook: HookLike, monkeypatch: pytest.MonkeyPatch, status: int, kind: type
) -> None:
    monkeypatch.setitem(HookLike.STATUSES, "accept", status)
    (outcome,) = Webhooks(to_loopback=True).send(SENDER, [webhook(tenant, f"{hook.url}/in")])
    assert isinstance(outcome, kind)
    assert len(hook.bodies) == 1


def test_every_channel_has_a_provider_by_the_settings(table: str) -> None:
    registry.provider_for.cache_clear()
    names = {channel: provider.name for channel in Channel if (provider := registry.provider_for(channel))}
    assert names == {
        Channel.EMAIL: "ses",
        Channel.SMS: "end_user_messaging",
        Channel.PUSH: "pinpoint",
        Channel.IN_APP: "inbox",
        Channel.WEBHOOK: "webhook",
        Channel.WALLET: "none",
    }
    registry.provider_for.cache_clear()
