"""Campaigns in a real browser: composed, sent to a few, followed to the report; planned, moved and taken back."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.shop import Shop
from tests.browser.test_segments import made
from tests.chromium import PHONE, assert_fits_and_is_accessible
from tests.running import LocalRun, eventually

MAIL = (
    '<html><body><h1>Hello {{ customer.first_name }}</h1><p><a href="https://shop.example/lanterns">Lanterns</a></p>'
    '<p><a href="{{ message.unsubscribe_url }}">Unsubscribe</a></p></body></html>'
)
# Longer than a page takes: a campaign passes through jobs, queues and the provider before its report stands.
LONG = 120_000


@pytest.fixture(scope="session")
def letter(local_run: LocalRun, shop: Shop) -> str:
    """The key of a published template."""
    contents = {
        "email": {
            "en": {"subject": "Lanterns are here", "html": MAIL, "text": "Lanterns: https://shop.example"}
        }
    }
    body = {
        "name": "Lantern letter",
        "key": "lantern_letter",
        "category": "promotions",
        "draft": {"contents": contents},
    }
    template = call(local_run, shop, "POST", "/templates", body)["id"]
    call(local_run, shop, "POST", f"/templates/{template}/publish", {})
    return "lantern_letter"


@pytest.fixture(scope="session")
def spenders(local_run: LocalRun, shop: Shop) -> str:
    """A segment of two: Zofia Lis and Tomas Oliveira."""
    return made(local_run, shop, "Spent thirty")


def call(local_run: LocalRun, shop: Shop, method: str, path: str, body: Any = None) -> Any:
    answer = local_run.call(method, path, body, token=shop.tokens["owner"])
    assert answer.status < 300, f"{method} {path}: {answer.text}"
    return answer.json() if answer.text else None


def planned(local_run: LocalRun, shop: Shop, name: str, **plan: Any) -> str:
    """A draft made through the API; its id."""
    return str(call(local_run, shop, "POST", "/campaigns", {"name": name} | plan)["id"])


def saved(page: Page) -> None:
    """Until everything typed is kept."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))


def compose(page: Page, name: str) -> None:
    """A new campaign to the spenders, by mail, with the letter."""
    page.get_by_role("button", name="New campaign").first.click()
    page.get_by_label("Name of the campaign").fill(name)
    page.locator("#audience .chooser-summary").first.click()
    page.get_by_label("Find among customers in").fill("spent thi")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Choose a template").click()
    page.get_by_label("Find a template").fill("lantern")
    page.locator("#templates [data-template-key]:visible").click()
    saved(page)


def test_a_campaign_is_composed_sent_and_reported(
    as_role: Open, local_run: LocalRun, shop: Shop, letter: str, spenders: str
) -> None:
    # given a campaign composed from nothing
    page = as_role("marketer", "/campaigns")
    compose(page, "Lantern days")
    # then it says who would get it, and shows the message
    expect(page.locator("#reach .live-count")).to_contain_text("2", timeout=LONG)
    expect(page.locator("#preview")).to_contain_text("Lanterns are here")
    expect(page.frame_locator("#preview iframe").locator("h1")).to_contain_text("Hello")
    # and what is typed survives another look
    page.get_by_label("Subject", exact=True).first.fill("For you, {{ customer.first_name }}")
    saved(page)
    page.reload()
    expect(page.get_by_label("Subject", exact=True).first).to_have_value("For you, {{ customer.first_name }}")
    expect(page.locator("#checks")).to_contain_text("Everything that is needed is there")
    # when it is sent, after a question
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("dialog").get_by_role("button", name="Send now").click()
    # then the page follows until the report stands
    expect(page.locator("h1")).to_contain_text("Sent", timeout=LONG)
    expect(page.locator(".funnel")).to_contain_text(re.compile(r"Sent\s*2"))
    assert local_run.mails_to("zofia.lis@example.com")[-1]["subject"] == "For you, Zofia"
    # and leads to the people behind the number, and from their message back
    page.locator(".funnel").get_by_role("link", name="Sent").click()
    expect(page.get_by_role("row", name="Zofia Lis")).to_be_visible()
    expect(page.get_by_role("row", name="Ada Lovelace")).to_have_count(0)
    page.get_by_role("row", name="Zofia Lis").click()
    page.get_by_role("link", name="The campaign").click()
    expect(page.locator("h1")).to_contain_text("Lantern days")


def test_a_test_with_a_hold_out_shows_its_shares(as_role: Open, letter: str, spenders: str) -> None:
    page = as_role("marketer", "/campaigns")
    compose(page, "Which subject")
    page.get_by_label("Compare variants").check()
    page.get_by_role("button", name="Variant", exact=True).click()
    expect(page.locator("[data-variant]:visible")).to_have_count(3)
    page.get_by_label("Hold-out group").fill("10")
    page.get_by_label("Share in the test").fill("30")
    saved(page)
    expect(page.locator("#shares")).to_contain_text(re.compile(r"C\s*9%"))
    expect(page.locator("#shares")).to_contain_text(re.compile(r"The winner\s*63%"))
    # a variant that is removed comes back
    page.get_by_role("button", name="Remove the variant").locator("visible=true").last.click()
    saved(page)
    expect(page.locator("#shares")).not_to_contain_text(re.compile(r"C\s*9%"))
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-variant]:visible")).to_have_count(3)


def test_it_is_scheduled_moved_by_key_and_taken_back(
    as_role: Open, local_run: LocalRun, shop: Shop, letter: str, spenders: str
) -> None:
    schedule = {"kind": "at", "at": "2031-06-11T10:00:00Z"}
    campaign = planned(
        local_run,
        shop,
        "Summer letter",
        audience={"segment": spenders},
        channels=["email"],
        template=letter,
        schedule=schedule,
    )
    page = as_role("marketer", f"/campaigns/{campaign}/edit")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator("h1")).to_contain_text("Scheduled")
    # when it is moved in the calendar by the keyboard
    page.goto("/console/campaigns/calendar?at=2031-06-01")
    entry = page.locator("[data-day-list='2031-06-11'] .entry")
    entry.locator("a").focus()
    page.keyboard.press("Alt+ArrowRight")
    # then it stands a day later at the same hour, and keeps the focus
    expect(page.locator("[data-day-list='2031-06-12'] .entry")).to_contain_text("11:00")
    expect(page.locator("[data-day-list='2031-06-12'] .entry a")).to_be_focused()
    eventually(
        lambda: (
            call(local_run, shop, "GET", f"/campaigns/{campaign}")["plan"]["schedule"]["at"]
            == "2031-06-12T10:00:00Z"
        )
    )
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(entry).to_contain_text("Summer letter")
    # and it is a draft again when it is unscheduled
    page.goto(f"/console/campaigns/{campaign}")
    page.get_by_role("button", name="Unschedule").click()
    expect(page.get_by_label("Name of the campaign")).to_have_value("Summer letter")


def test_recurrences_are_spelled_out(as_role: Open) -> None:
    page = as_role("marketer", "/campaigns")
    page.get_by_role("button", name="New campaign").first.click()
    page.get_by_label("Again and again").check(force=True)
    page.get_by_label("From", exact=True).fill("2031-06-12T09:30")
    page.get_by_label("Every how many").fill("2")
    saved(page)
    expect(page.locator("#due")).to_contain_text("Every 2 weeks on Thursday")
    expect(page.locator("#due li")).to_have_count(5)
    expect(page.locator("#due li").nth(1)).to_contain_text("Thu 26 Jun 2031, 09:30")


def test_two_who_edit_at_once_are_told_and_nothing_is_lost(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    campaign = planned(local_run, shop, "Shared draft")
    page = as_role("marketer", f"/campaigns/{campaign}/edit")
    expect(page.locator("#reach")).not_to_have_attribute("aria-busy", "true")
    # when somebody else changes it meanwhile
    call(local_run, shop, "PUT", f"/campaigns/{campaign}", {"tags": ["theirs"]})
    page.get_by_label("Name of the campaign").fill("My name")
    # then it is said, and mine is kept on demand
    expect(page.get_by_role("dialog", name="Somebody else changed this campaign")).to_be_visible()
    assert call(local_run, shop, "GET", f"/campaigns/{campaign}")["name"] == "Shared draft"
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert call(local_run, shop, "GET", f"/campaigns/{campaign}")["name"] == "My name"


def test_a_campaign_goes_to_the_archive_and_comes_back(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    planned(local_run, shop, "Old idea")
    page = as_role("marketer", "/campaigns?q=old+idea")
    page.get_by_role("link", name="Old idea").click()
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("“Old idea” is in the archive")).to_be_visible()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="Old idea")).to_be_visible()


@pytest.mark.parametrize("path", ["", "/calendar", "/calendar?view=week", "/{id}/edit"])
def test_the_pages_of_campaigns_are_accessible_in_both_themes_and_fit_a_phone(
    as_role: Open, local_run: LocalRun, shop: Shop, path: str
) -> None:
    test = {"variants": [{"name": "A"}, {"name": "B", "subject": "Other"}], "share": 0.4, "hold_out": 0.1}
    schedule = {"kind": "recurring", "at": "2031-06-11T22:00:00Z", "rrule": "FREQ=MONTHLY;BYDAY=2WE"}
    campaign = planned(
        local_run,
        shop,
        "Looked at",
        audience={"all": True},
        channels=["email", "sms"],
        test=test,
        schedule=schedule,
    )
    page = as_role("owner", f"/campaigns{path.format(id=campaign)}", viewport=PHONE)
    assert_fits_and_is_accessible(page)
