"""The pages behind the links in messages: looking changes nothing, one click suffices, a bad link says nothing."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.kernel.ids import new_id
from regulars.kernel.links import sign_link
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact, Frequency
from regulars.messaging.contact_store import read_contact
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.links import confirm_url, headers, preferences_url, unsubscribe_url
from regulars.messaging.preferences.opt_in import Subscribing, start
from regulars.messaging.preferences.service import change, grant
from regulars.messaging.preferences.wishes import Wishes
from tests.integration.messaging.sent import put_delivery
from tests.integration.public_pages.conftest import Browser

EMAIL, SMS = Channel.EMAIL, Channel.SMS


@pytest.fixture
def link(shop: Tenant, ann: str, delivery: Delivery) -> str:
    return unsubscribe_url(shop, ann, delivery.id)


@pytest.fixture
def page(shop: Tenant, ann: str, delivery: Delivery) -> str:
    return preferences_url(shop, ann, delivery.id)


def contact_of(shop: Tenant, ann: str) -> Contact:
    return read_contact(shop, ann)


def fields_in(html: str) -> list[tuple[str, str]]:
    """The fields of the undo form."""
    form = re.search(r'<form class="saved".*?</form>', html, re.DOTALL)
    assert form
    return re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_changes_nothing(
    browser: Browser, shop: Tenant, ann: str, link: str, method: str
) -> None:
    answer = browser.get(link + "?utm_source=x&fbclid=1", method)
    assert answer["statusCode"] == 200
    assert ("Unsubscribe from Kettle &amp; Co?" in answer["body"]) == (method == "GET")
    assert contact_of(shop, ann).revision == 0


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x1"])
def test_one_click_unsubscribes_without_cookies_and_twice_is_fine(
    browser: Browser, shop: Tenant, ann: str, delivery: Delivery, media: str
) -> None:
    header = headers(shop, ann, delivery.id)
    assert header["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = header["List-Unsubscribe"].strip("<>")
    body = "List-Unsubscribe=One-Click"
    if media.startswith("multipart"):
        body = (
            '--x1\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x1--\r\n'
        )
    first, second = browser.send(url, body, media), browser.send(url, body, media)
    assert (first["statusCode"], second["statusCode"]) == (200, 200)
    assert "set-cookie" not in first["headers"]
    assert "cookies" not in first
    consent = contact_of(shop, ann).consent(EMAIL)
    assert (consent.state, consent.source) == (ConsentState.WITHDRAWN, "one_click")
    (entry,) = whole_ledger(shop, ann)
    assert entry.delivery_id == delivery.id
    assert entry.proof["ip_hash"]
    assert "203.0.113.9" not in str(entry.proof)


def test_the_message_it_came_from_counts_the_unsubscription_once(
    browser: Browser, shop: Tenant, ann: str, delivery: Delivery, link: str
) -> None:
    browser.post(link, {"do": "unsubscribe"})
    first = read_delivery(shop, ann, delivery.id)
    browser.post(link, {"do": "unsubscribe"})
    assert first is not None
    assert first.unsubscribed_at is not None
    assert read_delivery(shop, ann, delivery.id) == first


def hostile(shop: Tenant, ann: str, delivery: Delivery, other: Tenant) -> dict[str, str]:
    good = unsubscribe_url(shop, ann, delivery.id).rpartition("/")[2]
    foreign = sign_link("unsubscribe", other, ann, delivery.id)
    return {
        "changed": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "tenant swapped": foreign[:26] + good[26:],
        "another tenant's": foreign,
        "another purpose's": preferences_url(shop, ann, delivery.id).rpartition("/")[2],
        "lower case": good.lower(),
        "cut": good[:-3],
        "long": "A" * 500,
        "text": "..%2F..%2Fetc",
        "markup": "<script>alert(1)</script>",
        "nul": "a\0b",
        "unicode": "ＡＢＣ",
    }


def test_every_bad_link_gets_the_same_page_that_says_nothing(
    browser: Browser, shop: Tenant, ann: str, delivery: Delivery, other_tenant: Tenant
) -> None:
    seen = set()
    for name, reference in hostile(shop, ann, delivery, other_tenant).items():
        for answer in (
            browser.get(f"/u/{reference}"),
            browser.post(f"/u/{reference}", {"List-Unsubscribe": "One-Click"}),
        ):
            assert answer["statusCode"] == 200, name
            assert "Kettle" not in answer["body"], name
            seen.add(answer["body"])
    assert len(seen) == 1
    assert contact_of(shop, ann).revision == 0


def test_a_deleted_customers_link_gets_that_page_too(
    browser: Browser, shop: Tenant, ann: str, link: str, now: datetime
) -> None:
    customers.delete(shop, ann, now=now)
    assert browser.post(link, {"do": "unsubscribe"})["body"] == browser.get("/u/x")["body"]


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=No", "do=nothing", "%ff=%fe", "a" * 100_000])
def test_a_form_that_says_nothing_changes_nothing(
    browser: Browser, shop: Tenant, ann: str, link: str, body: str
) -> None:
    answer = browser.send(link, body, "application/x-www-form-urlencoded")
    assert (answer["statusCode"], contact_of(shop, ann).revision) == (200, 0)


def test_only_the_kind_of_message_can_be_left(browser: Browser, shop: Tenant, ann: str, link: str) -> None:
    assert "Only stop “Offers”" in browser.get(link)["body"]
    assert "No more “Offers”" in browser.post(link, {"do": "category"})["body"]
    contact = contact_of(shop, ann)
    assert contact.categories == {"promotions": False}
    assert contact.consents == {}


def test_a_mistake_is_taken_back(browser: Browser, shop: Tenant, ann: str, link: str) -> None:
    assert "Subscribe again" in browser.post(link, {"do": "unsubscribe"})["body"]
    assert "subscribed again" in browser.post(link, {"do": "again"})["body"]
    assert contact_of(shop, ann).consent(EMAIL).state is ConsentState.GRANTED


def test_what_is_chosen_is_saved_and_can_be_undone(
    browser: Browser, shop: Tenant, ann: str, page: str, now: datetime
) -> None:
    grant(shop, ann, (EMAIL, SMS), "checkout", now)
    form = [
        ("do", "save"),
        *(("shown", name) for name in ("c.email", "c.sms", "k.promotions", "k.newsletters")),
        ("c.email", "on"),
        ("k.newsletters", "on"),
        ("f.newsletters", "weekly"),
        ("quiet_start", "22:30"),
        ("quiet_end", "07:00"),
        ("language", "de"),
    ]
    saved = browser.post(page, form)["body"]
    contact = contact_of(shop, ann)
    assert contact.consent(SMS).state is ConsentState.WITHDRAWN
    assert contact.consent(EMAIL).state is ConsentState.GRANTED
    assert contact.categories == {"promotions": False}
    assert contact.frequency == {"newsletters": Frequency.WEEKLY}
    assert str(contact.quiet.start if contact.quiet else "") == "22:30:00"
    assert '<html lang="de">' in saved
    assert "Gespeichert" in saved
    browser.post(page, [("do", "save"), *fields_in(saved)])
    undone = contact_of(shop, ann)
    assert undone.consent(SMS).state is ConsentState.GRANTED
    assert undone.categories == {"promotions": True}
    assert undone.frequency_of("newsletters") is Frequency.IMMEDIATE
    assert (undone.quiet, undone.language) == (None, "")


def test_saving_what_is_so_writes_nothing(browser: Browser, shop: Tenant, ann: str, page: str) -> None:
    first = browser.get(page)["body"]
    boxes = re.findall(r'type="checkbox" id="[^"]+" name="([^"]+)" value="on"( checked)?', first)
    form = [("do", "save"), ("language", ""), ("quiet_start", ""), ("quiet_end", "")]
    for name, checked in boxes:
        form += [("shown", name), *([(name, "on")] if checked else [])]
    browser.post(page, form)
    assert contact_of(shop, ann).revision == 0


def test_everything_can_be_left_at_once(browser: Browser, shop: Tenant, ann: str, page: str) -> None:
    browser.post(page, {"do": "none"})
    contact = contact_of(shop, ann)
    for channel in (EMAIL, SMS, Channel.PUSH, Channel.IN_APP):
        assert contact.consent(channel).state is ConsentState.WITHDRAWN
    assert contact.revision <= 2


@pytest.mark.parametrize(
    "form",
    [
        {"do": "save", "f.promotions": "hourly"},
        {"do": "save", "language": "xx"},
        {"do": "save", "quiet_start": "25:00", "quiet_end": "x"},
        {"do": "save", "quiet_start": "10:00", "quiet_end": ""},
        {"do": "save", "quiet_start": "10:00:03.5", "quiet_end": "11:00+02:00"},
        {"do": "save", "shown": "k.order_updates"},
        {"do": "save", "shown": "k.unknown", "k.unknown": "on"},
        {"do": "save", "shown": "c.fax", "c.fax": "on"},
    ],
)
def test_what_makes_no_sense_stays_as_it_is(
    browser: Browser, shop: Tenant, ann: str, page: str, form: dict[str, str]
) -> None:
    assert browser.post(page, form)["statusCode"] == 200
    assert contact_of(shop, ann).revision == 0


def test_a_subscription_is_confirmed_by_the_button_alone(browser: Browser, shop: Tenant, ann: str) -> None:
    made = start(shop, Subscribing(EMAIL, "ann@example.test", "footer"), datetime.now(UTC))
    url = confirm_url(shop, ann, made.request_id)
    assert "Yes, subscribe me" in browser.get(url)["body"]
    browser.send(url, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert contact_of(shop, ann).consent(EMAIL).state is ConsentState.PENDING
    assert "confirmed" in browser.post(url, {"do": "confirm"})["body"]
    assert "confirmed" in browser.post(url, {"do": "confirm"})["body"]
    assert contact_of(shop, ann).consent(EMAIL).state is ConsentState.GRANTED


def test_a_late_confirmation_says_so(browser: Browser, shop: Tenant, ann: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=7, seconds=1)
    made = start(shop, Subscribing(EMAIL, "ann@example.test", "footer"), long_ago)
    answer = browser.post(confirm_url(shop, ann, made.request_id), {"do": "confirm"})
    assert "no longer valid" in answer["body"]


@pytest.mark.parametrize(
    ("contact", "profile", "accepts", "expected"),
    [
        ("pl", "de", "en", "pl"),
        ("", "de-AT", "en", "de"),
        ("", None, "fr;q=0.9, pl;q=0.8, en;q=0.1", "pl"),
        ("", None, "*, x;;q=2", "en"),
        ("fr", "it", "", "en"),
    ],
)
def test_the_language_is_the_customers_then_the_browsers_then_the_shops(
    browser: Browser,
    shop: Tenant,
    ann: str,
    now: datetime,
    contact: str,
    profile: str | None,
    accepts: str,
    expected: str,
) -> None:
    if contact:
        change(shop, ann, Wishes(language=contact), "api", now)
    customers.patch(shop, ann, {"language": profile}, now=now)
    answer = browser.get(preferences_url(shop, ann), **{"accept-language": accepts})
    assert f'<html lang="{expected}">' in answer["body"]


def policy_of(answer: dict[str, Any]) -> str:
    return str(answer["headers"]["content-security-policy"])


def test_nothing_runs_on_a_page_and_nothing_is_kept_of_it(browser: Browser, link: str, page: str) -> None:
    for answer in (browser.get(link), browser.get(page), browser.get("/u/x")):
        style = re.search(r"<style>(.*?)</style>", answer["body"], re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy_of(answer)
        assert "default-src 'none'" in policy_of(answer)
        assert "<script" not in answer["body"]
        assert answer["headers"]["cache-control"] == "no-store"
        assert answer["headers"]["referrer-policy"] == "no-referrer"
        assert not re.search(r'style="', answer["body"])


def test_a_page_shows_no_more_of_an_address_than_one_needs(browser: Browser, link: str, page: str) -> None:
    for answer in (browser.get(link), browser.get(page)):
        assert "ann@example.test" not in answer["body"]
        assert "a•••@example.test" in answer["body"]


def test_a_mail_is_shown_as_a_page_under_a_policy_that_runs_nothing(
    browser: Browser, shop: Tenant, ann: str, now: datetime
) -> None:
    made = Delivery(
        new_id("dlv", now),
        ann,
        EMAIL,
        "double_opt_in",
        "",
        State.SENT,
        now,
        version=-1,
        category="order_updates",
        language="en",
        inputs={"data.confirm_url": "https://x.example/c", "shop.name": "Kettle & Co"},
        attempted_at=now,
    )
    put_delivery(shop, made)
    answer = browser.get(f"/v/{sign_link('view', shop, ann, made.id)}?utm_source=x")
    assert answer["statusCode"] == 200
    assert "https://x.example/c" in answer["body"]
    assert "sandbox" in policy_of(answer)
    assert "default-src 'none'" in policy_of(answer)


@pytest.mark.parametrize("wrong", ["purpose", "nothing", "delivery"])
def test_what_is_no_mail_is_the_page_that_says_nothing(
    browser: Browser, shop: Tenant, ann: str, delivery: Delivery, now: datetime, wrong: str
) -> None:
    references = {
        "purpose": sign_link("unsubscribe", shop, ann, delivery.id),
        "nothing": "x",
        "delivery": sign_link("view", shop, ann, new_id("dlv", now)),
    }
    assert browser.get(f"/v/{references[wrong]}")["body"] == browser.get("/u/x")["body"]
