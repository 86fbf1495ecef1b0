"""Every page, in light and dark, on a desk and in a hand: it opens, it fits, and axe-core finds nothing serious."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.shop import Shop
from tests.chromium import PHONE, assert_fits_and_is_accessible, violations

PAGES = {
    "home": "",
    "customers": "/customers",
    "new customer": "/customers/new",
    "profile": "/customers/{customer}",
    "timeline": "/customers/{customer}?tab=timeline",
    "notes": "/customers/{customer}?tab=notes",
    "wishes": "/customers/{customer}?tab=preferences",
    "suppressions": "/suppressions",
    "products": "/products",
    "product": "/products/lantern",
    "orders": "/orders",
    "order": "/orders/{order}",
    "refunds": "/orders/refunds",
    "loyalty": "/loyalty",
    "new program": "/loyalty/new",
    "templates": "/templates",
    "library": "/templates/library",
    "new template": "/templates/new",
    "partials": "/templates/partials",
    "deliveries": "/deliveries",
    "figures of messages": "/message-figures",
    "inbox": "/customers/{customer}?tab=inbox",
    "jobs": "/jobs",
    "import": "/imports/new",
    "settings": "/settings",
    "messages": "/settings/messages",
    "keys": "/settings/keys",
    "staff": "/settings/staff",
}


def address(shop: Shop, name: str) -> str:
    return PAGES[name].format(customer=shop.customers["Ada Lovelace"], order=shop.orders["Ada Lovelace"])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_themes_and_fits_a_phone(as_role: Open, shop: Shop, name: str) -> None:
    assert_fits_and_is_accessible(as_role("owner", address(shop, name), viewport=PHONE, color_scheme="light"))


def test_the_sign_in_page_is_accessible(as_role: Open) -> None:
    assert violations(as_role("owner", "/sign-in")) == []


def test_the_theme_that_is_chosen_stays(as_role: Open) -> None:
    # given the system's light theme
    page = as_role("owner", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    # when dark is chosen and another page is opened
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/console/orders")
    # then it is dark from the first byte
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_an_address_that_is_none_says_so_and_leads_home(as_role: Open) -> None:
    page = as_role("owner", "/nothing/here")
    expect(page.get_by_text("Nothing at this address").first).to_be_visible()
    page.get_by_role("link", name="Go home").click()
    expect(page).to_have_url(page.url.split("/console")[0] + "/console")


def test_a_viewer_sees_no_button_that_is_not_theirs(as_role: Open, shop: Shop) -> None:
    page = as_role("viewer", "/customers")
    expect(page.get_by_role("row", name="Ada Lovelace")).to_be_visible()
    for label in ("Import", "New customer", "Export"):
        expect(page.get_by_role("link", name=label)).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Select Ada Lovelace")).to_have_count(0)
    page.goto(f"/console{address(shop, 'profile')}")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.goto(f"/console{address(shop, 'order')}")
    expect(page.get_by_role("button", name="Refund")).to_have_count(0)


@pytest.mark.parametrize("path", ["/settings/keys", "/imports/new", "/customers/new"])
def test_a_viewer_who_types_the_address_is_refused(as_role: Open, path: str) -> None:
    page = as_role("viewer", path)
    expect(page.get_by_text("Not yours to open").first).to_be_visible()
