"""Segments in a real browser: from the list through the builder to the page of who is in it."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.shop import Shop
from tests.chromium import PHONE, assert_fits_and_is_accessible
from tests.running import LocalRun, eventually

SPENT = {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 3000}}


def rule(page: Page) -> Any:
    """The root of the rule in the builder."""
    return json.loads(page.locator("input[name=rule]").input_value())["root"]


def add_condition(page: Page, words: str) -> None:
    """Picks what `words` find first."""
    page.get_by_role("button", name="Condition", exact=True).last.click()
    page.get_by_role("combobox", name="What to ask about the customer").fill(words)
    page.keyboard.press("Enter")


def made(local_run: LocalRun, shop: Shop, name: str, root: dict[str, Any] = SPENT) -> str:
    """A segment made through the API; its id when it is ready."""
    token = shop.tokens["owner"]
    answer = local_run.call(
        "POST", "/segments", {"name": name, "rule": {"version": 1, "root": root}}, token=token
    )
    assert answer.status == 201, answer.text
    segment = answer.json()["id"]
    eventually(
        lambda: local_run.call("GET", f"/segments/{segment}", token=token).json()["status"] == "ready", 90
    )
    return str(segment)


def test_a_segment_is_built_counted_saved_and_filled(as_role: Open) -> None:
    # given the list, which has the prebuilt ones
    page = as_role("marketer", "/segments")
    expect(page.get_by_role("row", name="High value Prebuilt")).to_contain_text("Ready")
    # when a rule is built from the keyboard
    page.get_by_role("link", name="New segment").click()
    page.get_by_label("Name").fill("Bought for thirty")
    add_condition(page, "total spent")
    page.get_by_label("Total spent: value").fill("30")
    # then it is counted while it is edited, with whom it means and why
    expect(page.locator(".live-count")).to_contain_text("2 customers", timeout=60_000)
    expect(page.locator(".live")).to_contain_text("Customers whose total spent is at least £30.00.")
    page.locator(".why-row summary").filter(has_text="Zofia Lis").click()
    expect(page.locator(".why-row[open]")).to_contain_text("£37.50")
    assert rule(page) == {"type": "all", "of": [SPENT]}
    # when it is saved
    page.get_by_role("button", name="Save segment").click()
    # then its page fills with who is in it
    expect(page.get_by_role("heading", name="Bought for thirty")).to_be_visible()
    page.get_by_role("link", name="Customers").last.click()
    expect(page.locator("#progress")).to_have_count(0, timeout=90_000)
    expect(page.get_by_role("row", name="Zofia Lis")).to_contain_text("£37.50")
    expect(page.get_by_role("row", name="Ada Lovelace")).to_have_count(0)
    # and says of anybody why not
    page.get_by_role("searchbox", name="Customer").fill("ada")
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_contain_text("Not in it")
    expect(page.locator("#why")).to_contain_text("£10.00")


def test_conditions_are_moved_by_keys_and_by_dragging_and_all_of_it_is_undone(as_role: Open) -> None:
    page = as_role("marketer", "/segments/new")
    add_condition(page, "total spent")
    page.get_by_label("Total spent: value").fill("30")
    add_condition(page, "placed an order")
    # when the second is put into a group of its own, and the first follows it by key
    page.get_by_label("More", exact=True).locator("visible=true").last.click()
    page.get_by_role("button", name="Put into a group of its own").locator("visible=true").click()
    page.get_by_role("button", name="Move this condition").first.focus()
    page.keyboard.press("ArrowRight")
    # then both are in the group, and the focus is where it was
    assert [one["type"] for one in rule(page)["of"][0]["of"]] == ["field", "event"]
    expect(page.get_by_role("button", name="Move this condition").first).to_be_focused()
    # when it is dragged out again
    grip = page.get_by_role("button", name="Move this condition").first.bounding_box()
    head = page.get_by_label("How the conditions go together").first.bounding_box()
    assert grip is not None
    assert head is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"], grip["y"] - 20, steps=5)
    page.mouse.move(grip["x"], head["y"] + head["height"] + 14, steps=15)
    page.mouse.up()
    # then it stands before the group
    eventually(lambda: [one["type"] for one in rule(page)["of"]] == ["field", "any"])
    # when a condition is deleted, the toast brings it back
    page.get_by_role("button", name="Delete").first.click()
    assert len(rule(page)["of"]) == 1
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    assert len(rule(page)["of"]) == 2


def test_a_fault_stands_at_its_condition(as_role: Open) -> None:
    page = as_role("marketer", "/segments/new")
    page.get_by_role("button", name="JSON").click()
    root = {"type": "any", "of": [SPENT, {"type": "segment", "segment": "seg_gone"}]}
    page.get_by_role("textbox", name="The rule as JSON").fill(json.dumps({"version": 1, "root": root}))
    page.get_by_role("button", name="Use this rule").click()
    # then what the server refuses is said where it is
    expect(page.locator(".condition.bad")).to_contain_text("There is no such segment", timeout=60_000)
    # and what is not finished is not sent
    add_condition(page, "total spent")
    page.get_by_label("Name").fill("Unfinished")
    page.get_by_role("button", name="Save segment").click()
    expect(page.locator(".condition.bad").last).to_contain_text("Something is still missing here")
    expect(page).to_have_url(re.compile("/segments/new$"))


def test_a_list_takes_who_is_pasted_and_shows_on_the_customer(as_role: Open, shop: Shop) -> None:
    page = as_role("marketer", "/segments/new?kind=static")
    page.get_by_label("Name").fill("Guests of the opening")
    page.get_by_label("Customers").fill("priya.raman@example.com\nnobody@example.com")
    page.get_by_role("button", name="Save list").click()
    expect(page.get_by_text("1 added; nobody is known as nobody@example.com")).to_be_visible()
    page.goto(f"/console/customers/{shop.customers['Priya Raman']}")
    page.get_by_role("link", name="Guests of the opening").click()
    expect(page.locator("#why")).to_contain_text("Is on the list")
    page.goto("/console/customers")
    page.get_by_label("Any segment").select_option(label="Guests of the opening")
    eventually(lambda: page.locator("#customers-rows td.primary a").all_inner_texts() == ["Priya Raman"])


@pytest.mark.parametrize("tab", ["", "?tab=members", "/edit"])
def test_a_segments_pages_are_accessible_in_both_themes_and_fit_a_phone(
    as_role: Open, local_run: LocalRun, shop: Shop, tab: str
) -> None:
    segment = made(local_run, shop, f"Looked at {tab}")
    for path in ("/segments", f"/segments/{segment}{tab}"):
        page = as_role("owner", path, viewport=PHONE, color_scheme="light")
        assert_fits_and_is_accessible(page)
