"""The public pages in Chromium, on a phone: right under their own policy, to be used by anybody, doing what they say."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Frequency
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel, Delivery
from regulars.messaging.preferences.links import preferences_url, unsubscribe_url
from tests.chromium import CHROMIUM, WAIT, chromium, violations
from tests.integration.public_pages.conftest import Browser

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt-get install chromium")


@pytest.fixture(scope="module")
def started() -> Iterator[Chromium]:
    with chromium() as running:
        yield running


@pytest.fixture
def phone(started: Chromium, browser: Browser) -> Iterator[Page]:
    """A phone without scripts, whose requests the function answers. What its policy refuses fails the test."""
    complaints: list[str] = []

    def answer(route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        if not address.path.startswith(("/u/", "/p/")):
            route.fulfill(status=404)
            return
        if request.method == "POST":
            media = request.headers["content-type"]
            made = browser.send(address.path, request.post_data or "", media)
        else:
            made = browser.get(address.path, request.method, **{"accept-language": "en"})
        route.fulfill(status=made["statusCode"], headers=made["headers"], body=made["body"])

    context = started.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.route("**/*", answer)
    yield page
    context.close()
    assert [one for one in complaints if "Content Security Policy" in one] == []


def test_choosing_and_undoing_it_without_a_script(
    phone: Page, shop: Tenant, ann: str, delivery: Delivery
) -> None:
    phone.goto(preferences_url(shop, ann, delivery.id))
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Kettle & Co")
    phone.get_by_label("Offers", exact=True).uncheck()
    phone.get_by_label("Text message (SMS)").check()
    phone.get_by_label("How often: Newsletter").select_option("weekly")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_role("status")).to_contain_text("Saved")
    contact = read_contact(shop, ann)
    assert contact.categories == {"promotions": False}
    assert contact.frequency_of("newsletters") is Frequency.WEEKLY
    assert contact.consent(Channel.SMS).state is ConsentState.GRANTED
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_label("Offers", exact=True)).to_be_checked()
    assert read_contact(shop, ann).consent(Channel.SMS).state is ConsentState.WITHDRAWN


def test_unsubscribing_is_one_button_by_keyboard(
    phone: Page, shop: Tenant, ann: str, delivery: Delivery
) -> None:
    phone.goto(unsubscribe_url(shop, ann, delivery.id))
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("button", name="Unsubscribe")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("unsubscribed")
    assert read_contact(shop, ann).consent(Channel.EMAIL).state is ConsentState.WITHDRAWN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    started: Chromium, browser: Browser, shop: Tenant, ann: str, delivery: Delivery, scheme: str
) -> None:
    addresses = [preferences_url(shop, ann, delivery.id), unsubscribe_url(shop, ann, delivery.id), "/u/x"]
    bodies = [browser.get(address)["body"] for address in addresses]
    page = started.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    for body in bodies:
        page.set_content(body)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert violations(page) == []
    page.close()
