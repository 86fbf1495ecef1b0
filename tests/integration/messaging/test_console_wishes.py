"""What staff see and do of preferences, suppressions and settings for messages, in the console."""

import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode

import pytest

from console.handler import handler
from regulars.customers import Profile, create
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Frequency
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.service import change, grant
from regulars.messaging.preferences.wishes import Wishes
from regulars.messaging.settings_store import forget_messaging_settings, read_settings
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import suppress, suppressed

EMAIL, SMS = Channel.EMAIL, Channel.SMS
ADDRESS = "ada@example.test"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_messaging_settings()


@pytest.fixture
def now() -> datetime:
    return clock().now()


class Staff:
    """A member of staff with a browser."""

    def __init__(self, tenant: Tenant, role: str = "owner") -> None:
        self.tenant, self.role = tenant, role
        self.flash: dict[str, str] = {}

    def get(self, path: str, **query: str) -> tuple[int, str]:
        return self._call("GET", path, urlencode(query), None)

    def post(self, path: str, fields: Any = ()) -> tuple[int, str]:
        head, _, query = path.partition("?")
        return self._call("POST", head, query, urlencode(fields))

    def undo(self) -> tuple[int, str]:
        (path,) = re.findall(r'"undo":"([^"]+)"', self.flash["text"])
        return self.post(path)

    def _call(self, method: str, path: str, query: str, body: str | None) -> tuple[int, str]:
        context = {
            "caller_kind": "staff",
            "caller_id": "stf_01",
            "role": self.role,
            "tenant": self.tenant.id,
        }
        event = {
            "rawQueryString": query,
            "headers": {
                "content-type": "application/x-www-form-urlencoded",
                "host": "x.test",
                "origin": "https://x.test",
                "sec-fetch-site": "same-origin",
            },
            "requestContext": {
                "requestId": "r",
                "http": {"method": method, "path": path},
                "authorizer": {"lambda": context},
            },
            "body": body,
        }
        answer = handler(event, None)
        for cookie in answer.get("cookies", ()):
            if cookie.startswith("regulars_flash=") and "Max-Age=60" in cookie:
                self.flash = {"text": unquote(cookie.split("=", 1)[1].split(";")[0])}
        return answer["statusCode"], answer["headers"].get("location") or html.unescape(answer["body"])


@pytest.fixture
def staff(shop: Tenant) -> Staff:
    return Staff(shop)


@pytest.fixture
def ada(shop: Tenant, now: datetime) -> str:
    return create(shop, Profile(name="Ada", email=ADDRESS, phone="+447911123456"), now=now).id


def tab(staff: Staff, ada: str, **query: str) -> str:
    status, page = staff.get(f"/console/customers/{ada}", tab="preferences", **query)
    assert status == 200, page
    return page


def test_the_tab_says_what_the_customer_gets_and_why(
    staff: Staff, shop: Tenant, ada: str, now: datetime
) -> None:
    grant(shop, ada, EMAIL, "checkout", now, proof={"page": "https://shop.example/pay"})
    suppress(shop, SMS, "+447911123456", SuppressionReason.STOPPED, now)
    page = tab(staff, ada)
    assert "through “checkout”" in page
    assert "Texted STOP" in page
    assert "Marketing needs consent." in page
    assert "page: https://shop.example/pay" in page
    assert "Order updates" in page


def test_nothing_said_yet_is_said(staff: Staff, ada: str) -> None:
    assert "Nothing was said yet" in tab(staff, ada)


def form(**changes: str) -> dict[str, str]:
    boxes = {f"category.{key}": "on" for key in ("promotions", "product_updates", "newsletters")}
    often = {f"often.{key}": "immediate" for key in ("promotions", "product_updates", "newsletters")}
    plain = {"quiet_start": "", "quiet_end": "", "language": "", "reason": "Asked on the phone"}
    made = boxes | often | plain | changes
    return {name: value for name, value in made.items() if value != "none"}


def test_staff_change_what_was_asked_for_and_can_undo_it(
    staff: Staff, shop: Tenant, ada: str, now: datetime
) -> None:
    grant(shop, ada, SMS, "till", now)
    change(shop, ada, Wishes(frequency={"newsletters": Frequency.DAILY}), "api", now)
    before = read_contact(shop, ada)
    status, _ = staff.post(
        f"/console/customers/{ada}/preferences",
        form(
            **{
                "consent.email": "granted",
                "consent.sms": "withdrawn",
                "category.promotions": "none",
                "often.newsletters": "weekly",
                "quiet_start": "20:00",
                "quiet_end": "09:30",
                "language": "de",
            }
        ),
    )
    assert status == 303
    contact = read_contact(shop, ada)
    assert contact.consent(EMAIL).state is ConsentState.GRANTED
    assert contact.consent(SMS).state is ConsentState.WITHDRAWN
    assert contact.categories == {"promotions": False}
    assert contact.frequency_of("newsletters") is Frequency.WEEKLY
    assert contact.language == "de"
    assert {entry.reason for entry in whole_ledger(shop, ada) if entry.revision == contact.revision} == {
        "Asked on the phone"
    }
    assert staff.undo()[0] == 303
    undone = read_contact(shop, ada)
    assert undone.consent(EMAIL).state is ConsentState.NONE
    assert undone.consent(SMS).state is ConsentState.GRANTED
    assert undone.categories == {"promotions": True}
    assert (undone.frequency, undone.quiet, undone.language) == (
        before.frequency,
        before.quiet,
        before.language,
    )


def test_saving_what_is_so_writes_nothing(staff: Staff, shop: Tenant, ada: str) -> None:
    staff.post(f"/console/customers/{ada}/preferences", form())
    assert read_contact(shop, ada).revision == 0
    assert "Nothing was changed" in staff.flash["text"]


def test_a_change_without_a_reason_is_refused(staff: Staff, shop: Tenant, ada: str) -> None:
    given = form(**{"consent.email": "granted", "reason": " "})
    assert staff.post(f"/console/customers/{ada}/preferences", given)[0] == 422
    assert read_contact(shop, ada).revision == 0


def test_a_viewer_looks_only(shop: Tenant, ada: str) -> None:
    viewer = Staff(shop, "viewer")
    assert "Save" not in re.sub(r"<script.*?</script>", "", tab(viewer, ada)).split("Ledger")[0]
    assert viewer.post(f"/console/customers/{ada}/preferences", form())[0] == 403
    assert viewer.get("/console/suppressions")[0] == 403
    assert viewer.post("/console/settings/messages", {})[0] == 403


def test_the_ledger_is_a_file_too(staff: Staff, shop: Tenant, ada: str, now: datetime) -> None:
    grant(shop, ada, EMAIL, "checkout", now)
    text = tab(staff, ada, format="csv")
    assert "Email: agreed" in text


def test_staff_reach_the_customers_own_page(staff: Staff, ada: str) -> None:
    status, address = staff.post(f"/console/customers/{ada}/preferences/link")
    assert (status, address.startswith("https://regulars.test/p/")) == (303, True)


def test_an_address_is_added_found_removed_and_restored(staff: Staff, shop: Tenant) -> None:
    new = {"channel": "email", "address": "Bob@Example.test", "detail": "by letter"}
    assert staff.post("/console/suppressions", new)[0] == 303
    status, page = staff.get("/console/suppressions", q="bob@", reason="manual")
    assert status == 200
    assert "bob@example.test" in page
    assert "by letter" in page
    assert "Bob@" not in staff.get("/console/suppressions", format="csv")[1]
    which = urlencode({"channel": "email", "address": "bob@example.test"})
    staff.post(f"/console/suppressions/remove?{which}")
    assert suppressed(shop, [(EMAIL, "bob@example.test")]) == {}
    staff.undo()
    held = suppressed(shop, [(EMAIL, "bob@example.test")])[EMAIL, "bob@example.test"]
    assert (held.reason, held.detail) == (SuppressionReason.MANUAL, "by letter")


def test_what_is_no_address_is_said_at_the_form(staff: Staff) -> None:
    status, page = staff.post("/console/suppressions", {"channel": "sms", "address": "12", "detail": ""})
    assert status == 422
    assert "Is no address for sms" in page


def test_an_empty_list_says_what_comes_here(staff: Staff) -> None:
    assert "Nobody is suppressed" in staff.get("/console/suppressions")[1]
    assert "No address matches" in staff.get("/console/suppressions", q="zzz")[1]


def settings_fields(page: str) -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    found: dict[str, str] = {}
    body = page[page.index('action="/console/settings/messages"') :]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        first = re.search(r'value="([^"]*)"', inner)
        found[name] = chosen[1] if chosen else first[1] if first else ""
    return found | dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.DOTALL))


def test_settings_sent_back_untouched_change_nothing(staff: Staff, shop: Tenant) -> None:
    _, page = staff.get("/console/settings/messages")
    assert staff.post("/console/settings/messages", settings_fields(page))[0] == 303
    assert read_settings(shop)[1] == 0


def test_settings_are_changed_row_by_row(staff: Staff, shop: Tenant) -> None:
    fields = settings_fields(staff.get("/console/settings/messages")[1])
    fields |= {
        "categories.4.key": "events",
        "categories.4.en": "Events",
        "categories.4.kind": "marketing_off",
        "caps.0.limit": "",
        "caps.3.limit": "9",
        "caps.3.hours": "48",
        "caps.3.category": "promotions",
        "quiet_hours.start": "",
        "quiet_hours.end": "",
        "domain_rates": "gmail.com 5000\nWP.pl 200",
        "costs.sms": "45.5",
        "unwanted.bounces": "3",
    }
    fields.pop("double_opt_in")
    status, page = staff.post("/console/settings/messages", fields)
    assert status == 303, page
    settings, version = read_settings(shop)
    assert version == 1
    assert settings.categories[-1].model_dump()["on"] is False
    assert settings.categories[-1].name == {"en": "Events"}
    assert [(cap.limit, cap.hours, cap.category) for cap in settings.caps] == [
        (2, 24, None),
        (6, 168, None),
        (9, 48, "promotions"),
    ]
    assert settings.quiet_hours is None
    assert settings.domain_rates == {"gmail.com": 5000, "wp.pl": 200}
    assert settings.costs[SMS] == 45_500
    assert settings.unwanted.bounces == pytest.approx(0.03)
    assert not settings.double_opt_in


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"soft_bounces": "0"}, "greater than or equal to 1"),
        ({"caps.1.hours": "0"}, "greater than or equal to 1"),
        ({"categories.0.key": ""}, "must have the transactional category"),
        ({"domain_rates": "gmail.com many"}, "valid integer"),
        ({"costs.email": "cheap"}, "Is no number"),
        ({"quiet_hours.end": "21:00"}, "Is when it starts"),
        ({"webhook_url": "http://x"}, "match pattern"),
        ({"caps.1.category": "order_updates"}, "Is transactional"),
        ({"version": "7"}, "changed since"),
    ],
)
def test_what_cannot_be_is_said_where_it_was_typed(
    staff: Staff, shop: Tenant, change: dict[str, str], said: str
) -> None:
    fields = settings_fields(staff.get("/console/settings/messages")[1]) | change
    status, page = staff.post("/console/settings/messages", fields)
    assert status in (412, 422)
    assert said in page
    for name, value in change.items():
        if value and name != "version":
            assert value in page
    assert read_settings(shop)[1] == 0


SECRET_PAGE = "/console/settings/messages/webhook-secret"


def test_the_secret_of_webhooks_is_shown_when_asked_for_and_rotated(staff: Staff) -> None:
    assert "whsec_" not in staff.get("/console/settings/messages")[1]
    (before,) = set(re.findall(r"whsec_[\w+/=]+", staff.get(SECRET_PAGE)[1]))

    assert staff.post(f"{SECRET_PAGE}/rotate", {"version": "0"}) == (303, SECRET_PAGE)
    (after,) = set(re.findall(r"whsec_[\w+/=]+", page := staff.get(SECRET_PAGE)[1]))
    assert after != before
    assert "the former secret too" in page

    staff.post(f"{SECRET_PAGE}/rotate", {"version": "0"})
    assert after in staff.get(SECRET_PAGE)[1]
    assert "Somebody has rotated it since" in staff.flash["text"]


def test_who_may_not_change_settings_is_not_offered_the_secret(shop: Tenant) -> None:
    marketer = Staff(shop, "marketer")
    assert SECRET_PAGE not in marketer.get("/console/settings/messages")[1]
    assert marketer.get(SECRET_PAGE)[0] == 403
