"""Pixels and tracked links as API Gateway asks for them, and the judgement of clicks."""

import base64
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.kernel import links as signed
from regulars.kernel.aws import client
from regulars.kernel.errors import ConflictError, UnavailableError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.settings import forget_settings
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, due_timers
from regulars.kernel.transaction import Transaction
from regulars.messaging.delivery_store import save_delivery
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import forget_messaging_settings, save_settings
from regulars.messaging.signals import SignalKind
from regulars.messaging.tracking import following, recording
from regulars.messaging.tracking.applying import apply
from regulars.messaging.tracking.clicks_store import held, hold
from regulars.messaging.tracking.judging import judge
from regulars.messaging.tracking.links import DeliveryLinks
from regulars.messaging.tracking.machines import Click
from regulars.messaging.tracking.recording import JUDGE
from run_timers.owners import OWNERS
from tests.events import http_event
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging.sent import gates, links, now_of, sent, told
from tests.integration.pipeline.shop import events_of, new_customer
from track import recorder
from track.handler import handler

SECOND = timedelta(seconds=1)
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
STATIC = ("https://kettle.test/", "https://kettle.test/mugs?size=1#top", "https://kettle.test/cups")
OWN = {
    "3.0": "https://kettle.test/orders/7?t=x",
    "3.1": "javascript:alert(1)",
    "3.2": "https://a.test/\r\nx: y",
}


@pytest.fixture(autouse=True)
def _ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """The destinations of a version, and a queue for timers."""
    monkeypatch.setattr(following, "static_links_of", lambda tenant, delivery: STATIC)
    monkeypatch.setattr(
        "regulars.messaging.tracking.judging.static_links_of", lambda tenant, delivery: STATIC
    )
    monkeypatch.setattr(recorder, "PATIENCE", 30)


@pytest.fixture(autouse=True)
def timers_queue(engine: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    url = str(client("sqs").create_queue(QueueName="regulars-test-timers")["QueueUrl"])
    monkeypatch.setenv("TIMERS_QUEUE_URL", url)
    forget_settings()
    return url


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> "Callable[[datetime], None]":
    """Sets the time that the function sees."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("regulars.kernel.clock._milliseconds", lambda real: moment)

    set_to(now)
    return set_to


@pytest.fixture
def delivery(shop: Tenant, now: datetime, clock: Callable[[datetime], None]) -> Delivery:
    ann = new_customer(shop, now)
    return sent(shop, ann, now, dispatch_id="dsp_01", links=OWN, delivered_at=now, state=State.DELIVERED)


def paths(tenant: Tenant, delivery: Delivery) -> tuple[str, Callable[[str], str]]:
    """The pixel's reference, and the path of a link."""
    made = DeliveryLinks(tenant, delivery, MessagingSettings(), STATIC)
    reference = made.pixel().rpartition("/")[2]
    return reference, lambda link: f"/t/c/{reference}/{link}"


def ask(key: str, agent: str = PERSON, query: dict[str, str] | None = None, **params: str) -> dict[str, Any]:
    return handler(http_event(key, params=params, query=query, headers={"user-agent": agent}), None)


def follow(
    tenant: Tenant, delivery: Delivery, link: str, agent: str = PERSON, method: str = "GET"
) -> dict[str, Any]:
    reference, _ = paths(tenant, delivery)
    return ask(method + " /t/c/{ref}/{link}", agent, ref=reference, link=link)


def timers_of(tenant: Tenant, until: datetime) -> list[Timer]:
    found = [item for shard in range(SHARDS) for item in due_timers(shard, until) if item.tenant == tenant.id]
    return [Timer(tenant, item.name, item.subject, item.due) for item in found]


def settle_all(tenant: Tenant, at: datetime) -> None:
    """What the timers' queue does until nothing is due any more."""
    while due := timers_of(tenant, at):
        for timer in due:
            OWNERS[timer.name](timer, at)


def test_the_picture_is_43_bytes_and_counts_an_open(shop: Tenant, delivery: Delivery) -> None:
    answer = ask("GET /t/o/{ref}", ref=paths(shop, delivery)[0])

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "image/gif")
    assert answer["headers"]["cache-control"] == "no-store"
    assert len(base64.b64decode(answer["body"])) == 43
    assert now_of(shop, delivery).state is State.OPENED
    assert gates(shop, "dsp_01") == {"email_opened": 1}


def test_a_click_redirects_at_once_and_counts_when_its_second_is_over(
    shop: Tenant, delivery: Delivery, now: datetime
) -> None:
    answer = follow(shop, delivery, "1")

    utm = "utm_source=regulars&utm_medium=email&utm_campaign=news"
    assert answer["statusCode"] == 302
    assert answer["headers"]["location"] == f"https://kettle.test/mugs?size=1&{utm}#top"
    assert now_of(shop, delivery).state is State.DELIVERED

    settle_all(shop, now + 2 * SECOND)

    after = now_of(shop, delivery)
    assert (after.state, after.clicked_at, after.clicked_links) == (State.CLICKED, now, ("1",))
    assert gates(shop, "dsp_01") == {"email_opened": 1, "email_clicked": 1}
    (event,) = [one for one in events_of(shop, [delivery.customer_id]) if one.name == "message.clicked"]
    assert event.data["url"] == "https://kettle.test/mugs"
    assert timers_of(shop, now + timedelta(days=1)) == []


def test_the_judgement_is_asked_for_two_seconds_later(
    shop: Tenant, delivery: Delivery, timers_queue: str
) -> None:
    client("sqs").purge_queue(QueueUrl=timers_queue)
    follow(shop, delivery, "0")
    waiting = client("sqs").get_queue_attributes(
        QueueUrl=timers_queue,
        AttributeNames=["ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessages"],
    )["Attributes"]
    assert sum(int(number) for number in waiting.values()) == 1


def test_a_destination_of_its_own_is_looked_up_in_the_delivery(shop: Tenant, delivery: Delivery) -> None:
    assert follow(shop, delivery, "3.0")["headers"]["location"].startswith(
        "https://kettle.test/orders/7?t=x&utm_"
    )


@pytest.mark.parametrize(
    "link", ["3", "9", "3.1", "3.2", "3.9", "x", "-1", "1e3", "https:%2F%2Fevil.test", "١"]
)
def test_links_that_are_not_there_or_not_safe_lead_to_the_plain_page(
    shop: Tenant, delivery: Delivery, link: str
) -> None:
    answer = follow(shop, delivery, link)
    assert answer["statusCode"] == 404
    assert "location" not in answer["headers"]
    assert "There is nothing here" in answer["body"]


def test_tampered_references_get_the_same_page_and_the_same_picture(shop: Tenant, delivery: Delivery) -> None:
    reference, _ = paths(shop, delivery)
    for other in (reference[:-1] + ("0" if reference[-1] != "0" else "1"), reference[26:], "x", "A" * 300):
        assert ask("GET /t/c/{ref}/{link}", ref=other, link="0")["statusCode"] == 404
        picture = ask("GET /t/o/{ref}", ref=other)
        assert (picture["statusCode"], picture["headers"]["content-type"]) == (200, "image/gif")
    foreign = signed.sign_link("unsubscribe", shop, delivery.customer_id, delivery.id)
    assert ask("GET /t/c/{ref}/{link}", ref=foreign, link="0")["statusCode"] == 404
    gone = signed.sign_link("track", shop, delivery.customer_id, "dlv_01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert ask("GET /t/c/{ref}/{link}", ref=gone, link="0")["statusCode"] == 404
    assert now_of(shop, delivery) == delivery


def test_what_mail_programs_add_to_a_link_is_ignored(shop: Tenant, delivery: Delivery) -> None:
    reference, _ = paths(shop, delivery)
    query = {"fbclid": "x", "to": "https://evil.test"}
    answer = ask("GET /t/c/{ref}/{link}", query=query, ref=reference, link="2")
    assert answer["headers"]["location"].startswith("https://kettle.test/cups?utm_")
    assert "evil" not in answer["headers"]["location"]


@pytest.mark.parametrize(("agent", "method"), [("BarracudaCentral", "GET"), (PERSON, "HEAD"), ("", "GET")])
def test_machines_are_redirected_and_counted_as_machines(
    shop: Tenant, delivery: Delivery, now: datetime, agent: str, method: str
) -> None:
    for link in "001":
        assert follow(shop, delivery, link, agent, method)["statusCode"] == 302
    settle_all(shop, now + timedelta(days=1))

    after = now_of(shop, delivery)
    assert (after.state, after.machine_at, after.clicked_at) == (State.DELIVERED, now, None)
    assert gates(shop, "dsp_01") == {"email_machine": 1}
    assert [
        one.name for one in events_of(shop, [delivery.customer_id]) if one.name.startswith("message.")
    ] == []


def test_apples_proxy_opens_as_a_machine_and_gmails_as_a_person_later(
    shop: Tenant, delivery: Delivery, now: datetime, clock: Callable[[datetime], None]
) -> None:
    reference, _ = paths(shop, delivery)
    gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    for agent in ("Mozilla/5.0", gmail):
        ask("GET /t/o/{ref}", agent, ref=reference)
    assert gates(shop, "dsp_01") == {"email_machine": 1}
    clock(now + timedelta(minutes=10))
    ask("GET /t/o/{ref}", gmail, ref=reference)
    assert gates(shop, "dsp_01") == {"email_machine": 1, "email_opened": 1}


def test_a_burst_is_a_machines_its_first_click_included(
    shop: Tenant, delivery: Delivery, now: datetime, clock: Callable[[datetime], None]
) -> None:
    for number, link in enumerate(["0", "1", "2", "3.0"]):
        clock(now + number * SECOND / 10)
        assert follow(shop, delivery, link)["statusCode"] == 302
    settle_all(shop, now + 3 * SECOND)

    after = now_of(shop, delivery)
    assert (after.state, after.machine_at, after.clicked_links) == (State.DELIVERED, now, ())
    assert gates(shop, "dsp_01") == {"email_machine": 1}
    assert links(shop, "dsp_01", "0") == {}

    # the person comes later
    clock(now + timedelta(hours=1))
    follow(shop, delivery, "2")
    settle_all(shop, now + timedelta(hours=2))
    assert now_of(shop, delivery).clicked_links == ("2",)
    assert gates(shop, "dsp_01") == {"email_machine": 1, "email_opened": 1, "email_clicked": 1}


def test_a_scanner_at_once_with_all_its_threads_is_a_machine(
    shop: Tenant, delivery: Delivery, now: datetime
) -> None:
    asked = [link for link in ("0", "1", "2", "3.0") for _ in range(8)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        assert {one["statusCode"] for one in pool.map(lambda link: follow(shop, delivery, link), asked)} == {
            302
        }
    assert len(timers_of(shop, now + timedelta(days=1))) == 1
    settle_all(shop, now + 3 * SECOND)
    assert gates(shop, "dsp_01") == {"email_machine": 1}


def test_a_burst_that_goes_on_is_judged_when_it_is_over(
    shop: Tenant, delivery: Delivery, now: datetime, clock: Callable[[datetime], None]
) -> None:
    for milliseconds, link in ((0, "0"), (1900, "1"), (2100, "2")):
        clock(now + timedelta(milliseconds=milliseconds))
        follow(shop, delivery, link)
    (timer,) = timers_of(shop, now + timedelta(days=1))

    judge(timer, now + 2 * SECOND)

    (later,) = timers_of(shop, now + timedelta(days=1))
    assert now_of(shop, delivery).clicked_links == ()
    clock(now + timedelta(milliseconds=2200))
    follow(shop, delivery, "3.0")
    judge(later, later.due + SECOND)
    assert now_of(shop, delivery).clicked_links == ("0",)
    assert gates(shop, "dsp_01") == {"email_machine": 1, "email_opened": 1, "email_clicked": 1}


def test_clicks_that_come_while_others_are_judged_are_not_lost(
    shop: Tenant, delivery: Delivery, now: datetime
) -> None:
    ref = told(delivery, SignalKind.CLICKED, now).ref

    def click(number: int) -> None:
        at = now + number * 2 * SECOND
        timer = Timer(shop, JUDGE, f"{ref.customer_id}#{ref.delivery_id}", at + 2 * SECOND)
        hold(shop, ref, Click(at, str(number % 3)), timer)

    def judge_some(number: int) -> None:
        for timer in timers_of(shop, now + timedelta(days=1)):
            with suppress(AlreadyHandledError, ConflictError):
                judge(timer, now + timedelta(hours=1))

    with ThreadPoolExecutor(max_workers=6) as pool:
        done = [pool.submit(work, number) for number in range(12) for work in (click, judge_some)]
    assert [one.exception() for one in done] == [None] * 24
    settle_all(shop, now + timedelta(days=1))

    assert now_of(shop, delivery).clicked_links == ("0", "1", "2")
    assert gates(shop, "dsp_01") == {"email_opened": 1, "email_clicked": 1}
    assert [links(shop, "dsp_01", link) for link in "012"] == [{"email_clicked": 1}] * 3
    assert held(shop, ref) == []


@pytest.mark.parametrize("answered", [False, True])
def test_dying_while_judging_counts_neither_twice_nor_never(
    shop: Tenant, delivery: Delivery, now: datetime, answered: bool
) -> None:
    for call in range(1, 60):
        one = sent(shop, delivery.customer_id, now, f"k{call}", dispatch_id=f"dsp_k{call}")
        follow(shop, one, "0")
        (timer,) = timers_of(shop, now + 2 * SECOND)
        survived = True
        try:
            with killed_at(call, answered=answered):
                judge(timer, now + 2 * SECOND)
        except KilledError:
            survived = False
        settle_all(shop, now + 2 * SECOND)
        reached = ("delivered", "opened", "clicked")
        assert gates(shop, f"dsp_k{call}") == {f"email_{name}": 1 for name in reached}
        if survived:
            break
    assert survived
    assert call > 4


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("answered", [False, True])
def test_dying_while_following_loses_no_click_that_was_redirected_and_breaks_no_redirect(
    shop: Tenant, delivery: Delivery, now: datetime, answered: bool
) -> None:
    redirected = 0
    for call in range(1, 20):
        one = sent(shop, delivery.customer_id, now, f"k{call}", dispatch_id=f"dsp_f{call}")
        try:
            with killed_at(call, answered=answered):
                redirected += follow(shop, one, "0")["statusCode"] == 302
        except KilledError:
            continue
        settle_all(shop, now + 2 * SECOND)
        assert set(gates(shop, f"dsp_f{call}").values()) <= {1}
    assert redirected > 10


def test_a_table_that_takes_nothing_breaks_no_redirect(
    shop: Tenant, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise UnavailableError

    monkeypatch.setattr(Transaction, "commit", refuse)
    monkeypatch.setattr(Item, "update_if", refuse)
    assert follow(shop, delivery, "0")["statusCode"] == 302
    assert ask("GET /t/o/{ref}", ref=paths(shop, delivery)[0])["statusCode"] == 200


def test_nobody_waits_for_recording(
    shop: Tenant, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_up = threading.Event()
    monkeypatch.setattr(recorder, "PATIENCE", 0.01)
    monkeypatch.setattr("track.routes.record_click", lambda *_: open_up.wait(60))
    assert follow(shop, delivery, "0")["statusCode"] == 302
    open_up.set()


def test_repeated_clicks_of_a_link_write_nothing(shop: Tenant, delivery: Delivery, now: datetime) -> None:
    apply(shop, told(delivery, SignalKind.CLICKED, now, "0"), now)
    follow(shop, delivery, "0")
    assert timers_of(shop, now + timedelta(days=1)) == []


def test_short_links_of_text_messages_lead_to_the_same(
    shop: Tenant, delivery: Delivery, now: datetime
) -> None:
    text = sent(shop, delivery.customer_id, now, "sms", channel=Channel.SMS, dispatch_id="dsp_02")
    made = DeliveryLinks(shop, text, MessagingSettings(), STATIC)
    url, own = made.click(1, None), made.click(3, "https://kettle.test/orders/7")
    for _ in range(2):
        transaction = Transaction(shop)
        save_delivery(
            transaction,
            now_of(shop, text).__class__(**_with(text, made.dynamic)),
            now_of(shop, text),
            ValueError(),
        )
        made.keep(transaction)
        transaction.commit()

    code = url.rpartition("/")[2]
    assert (url, len(code)) == (f"https://regulars.test/s/{code}", 11)
    assert made.pixel() == ""
    answer = ask("GET /s/{code}", code=code)
    assert answer["headers"]["location"].startswith(
        "https://kettle.test/mugs?size=1&utm_source=regulars&utm_medium=sms"
    )
    assert ask("GET /s/{code}", code=own.rpartition("/")[2])["statusCode"] == 302
    assert ask("GET /s/{code}", "WhatsApp/2.0", code=code)["statusCode"] == 302
    for wrong in ("0" * 11, code[:-1], code.swapcase(), "a/b"):
        assert ask("GET /s/{code}", code=wrong)["statusCode"] == 404
    settle_all(shop, now + 2 * SECOND)
    counted = ("delivered", "opened", "clicked", "machine")
    assert gates(shop, "dsp_02") == {f"sms_{name}": 1 for name in counted}


def _with(delivery: Delivery, links: dict[str, str]) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in delivery.__slots__} | {"links": links}


def test_what_a_tenant_does_not_want_to_know_is_not_recorded(
    shop: Tenant, delivery: Delivery, now: datetime
) -> None:
    transaction = Transaction(shop)
    save_settings(transaction, MessagingSettings(track_opens=False, track_clicks=False, utm=False), 0, now)
    transaction.commit()
    forget_messaging_settings()

    assert follow(shop, delivery, "0")["headers"]["location"] == "https://kettle.test/"
    ask("GET /t/o/{ref}", ref=paths(shop, delivery)[0])
    settle_all(shop, now + timedelta(days=1))
    assert now_of(shop, delivery) == delivery
    assert held(shop, told(delivery, SignalKind.CLICKED, now).ref) == []
    assert JUDGE in OWNERS
    assert recording.WAIT > SECOND
