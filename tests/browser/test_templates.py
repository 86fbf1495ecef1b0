"""Templates in a real browser: from the library through the editor and the builder to a published version and a test."""

import re
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.shop import Shop
from tests.chromium import violations
from tests.running import LocalRun, eventually

MJML = (
    '<mjml><mj-body background-color="#f4f5f4"><mj-section background-color="#ffffff"><mj-column>'
    "<mj-text><p>Dear {{ customer.first_name }},</p></mj-text>"
    '<mj-button href="https://shop.example/spring">To the shop</mj-button>'
    "</mj-column></mj-section></mj-body></mjml>"
)


def made(local_run: LocalRun, shop: Shop, name: str) -> str:
    """A template with a mail in English, made through the API; its id."""
    content = {"subject": "Spring for {{ customer.first_name }}", "preheader": "It is here", "mjml": MJML}
    given = {
        "name": name,
        "category": "promotions",
        "draft": {"contents": {"email": {"en": content}}},
    }
    answer = local_run.call("POST", "/templates", given, token=shop.tokens["marketer"])
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def kept(local_run: LocalRun, shop: Shop, template: str) -> dict[str, Any]:
    """The mail of the draft in English as it is kept."""
    answer = local_run.call("GET", f"/templates/{template}", token=shop.tokens["marketer"])
    found: dict[str, Any] = answer.json()["draft"]["contents"]["email"]["en"]
    return found


def mail(page: Page) -> FrameLocator:
    """The preview beside the editor."""
    return page.frame_locator("[data-frame]")


def canvas(page: Page) -> FrameLocator:
    """The mail in the builder."""
    return page.frame_locator(".gjs-frame")


def drag(page: Page, block: str, onto: Locator) -> None:
    """Drags a block of the builder to the lower edge of a part of the mail, as a hand does."""
    start = page.locator(f"[data-block={block}]").bounding_box()
    end = onto.bounding_box()
    assert start
    assert end
    x, y = end["x"] + end["width"] / 3, end["y"] + end["height"] - 6
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, y - 12, steps=6)
    page.mouse.move(x, y, steps=4)
    # Chromium tells of a drag over the canvas a frame later.
    page.wait_for_timeout(200)
    page.mouse.move(x + 1, y, steps=2)
    page.wait_for_timeout(100)
    page.mouse.up()


def test_a_template_of_the_library_is_copied_changed_published_and_tried(
    as_role: Open, local_run: LocalRun
) -> None:
    # given the library
    page = as_role("marketer", "/templates/library?q=subscription%20confirmed")
    card = page.locator(".gallery .card").first
    expect(card.frame_locator("iframe").first.locator("body")).not_to_be_empty()
    # when a template is copied
    card.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("is now yours to change")).to_be_visible()
    # and its subject is changed, with a variable from the palette
    page.get_by_label("Subject").fill("Good to see you, ")
    page.get_by_text("Variables", exact=True).click()
    page.get_by_role("button", name=re.compile(r"^customer\.first_name")).click()
    # then it is kept by itself, and the inbox shows it
    expect(page.locator("[data-state]")).to_have_text("Saved")
    expect(page.locator(".inbox-row")).to_contain_text("Good to see you,")
    # when it is looked at as a customer would see it
    page.get_by_role("combobox", name="As which customer sees it").fill("hannah")
    page.get_by_role("option", name="Hannah Becker").click()
    expect(page.locator(".inbox-row")).to_contain_text("Good to see you, Hannah")
    # and published
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog", name="Publish")
    expect(dialog.get_by_text("Email · English · Subject")).to_be_visible()
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is sent from now on")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Published")
    # when a test is sent
    page.get_by_role("button", name="Send a test").click()
    page.get_by_label("Email address").fill("me@example.com")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    # then it arrives
    expect(page.get_by_text("Test sent to me@example.com")).to_be_visible()
    (found,) = eventually(lambda: local_run.mails_to("me@example.com"), 30)
    assert "Good to see you" in found["subject"]


def test_a_mail_is_built_by_dragging_and_writing_and_seen_in_the_preview(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    # given the builder with a mail
    template = made(local_run, shop, "Built by hand")
    page = as_role(
        "marketer", f"/templates/{template}/builder?language=en", viewport={"width": 1440, "height": 900}
    )
    expect(page.locator("[data-ready=yes]")).to_be_attached(timeout=30_000)
    # when a text is dragged below the button and written
    drag(page, "text", canvas(page).locator('[data-gjs-type="mj-button"]'))
    text = canvas(page).locator('[data-gjs-type="mj-text"]').filter(has_text="Write here")
    expect(text).to_be_visible()
    text.dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("Until Sunday & no longer, ")
    # and a variable is put where the caret is
    page.get_by_role("tab", name="Variables").click()
    page.locator('[data-insert="customer.first_name"]').click()
    # and a product list and a part for a segment are put in from the keyboard
    page.get_by_role("tab", name="Blocks").click()
    page.locator("[data-block=products]").press("Enter")
    expect(canvas(page).locator(".rg-loop")).to_be_visible()
    page.locator("[data-block=segment]").press("Enter")
    page.get_by_label("Segment").select_option(label="High value")
    page.locator("[data-block=footer]").press("Enter")
    # when it is saved by key
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_have_text("Saved")
    # then the draft has it as MJML
    source = kept(local_run, shop, template)["mjml"]
    assert re.search(r"<p>Until Sunday &amp; no longer,\s\{\{ customer.first_name \}\}</p>", source)
    assert source.index("To the shop") < source.index("Until Sunday")
    assert "<mj-raw>{% for item in data.items %}</mj-raw>" in source
    assert re.search(r'<mj-raw>\{% if in_segment\("seg_\w+"\) %\}</mj-raw>', source)
    assert "{{ message.unsubscribe_url }}" in source
    # and the editor shows it, filled in
    page.get_by_role("link", name="Editor").click()
    expect(mail(page).get_by_text("Until Sunday & no longer,")).to_be_visible()
    expect(mail(page).get_by_role("link", name="Unsubscribe")).to_be_visible()
    # when the builder is opened again, then nothing has changed
    page.get_by_role("link", name="Open the builder").click()
    expect(page.locator("[data-ready=yes]")).to_be_attached(timeout=30_000)
    page.get_by_role("button", name="MJML").click()
    assert page.get_by_role("dialog").locator("textarea").input_value() == source


def test_the_builder_takes_nothing_from_elsewhere_and_fits_its_policy(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "Closed off")
    page = as_role("marketer", viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/console/templates/{template}/builder?language=en")
    expect(page.locator("[data-ready=yes]")).to_be_attached(timeout=30_000)
    for block in ("text", "image", "header", "products"):
        page.locator(f"[data-block={block}]").click()
    assert [url for url in asked if not url.startswith((shop.url, "data:", "blob:"))] == []
    assert violations(page) == []


def test_steps_in_the_builder_are_undone_and_source_that_is_none_is_refused(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "Back and forth")
    page = as_role(
        "marketer", f"/templates/{template}/builder?language=en", viewport={"width": 1440, "height": 900}
    )
    expect(page.locator("[data-ready=yes]")).to_be_attached(timeout=30_000)
    page.locator("[data-block=two]").click()
    expect(canvas(page).locator('[data-gjs-type="mj-column"]')).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(canvas(page).locator('[data-gjs-type="mj-column"]')).to_have_count(1)
    page.get_by_role("button", name="MJML").click()
    sheet = page.get_by_role("dialog")
    sheet.locator("textarea").fill("<mjml><mj-body><mj-section></mjml>")
    sheet.get_by_role("button", name="Use this").click()
    expect(sheet.get_by_text("has no end")).to_be_visible()
    sheet.locator("textarea").fill(MJML.replace("To the shop", "Elsewhere"))
    sheet.get_by_role("button", name="Use this").click()
    expect(canvas(page).get_by_text("Elsewhere")).to_be_visible()


def test_what_is_wrong_is_said_at_its_field_and_stops_publishing(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "Not yet right")
    page = as_role("marketer", f"/templates/{template}")
    expect(mail(page).get_by_text("To the shop")).to_be_visible()
    # when the subject cannot be read
    page.get_by_label("Subject").fill("Spring for {{ customer.first_name")
    expect(page.locator("[data-field=subject] .finding.fault")).to_be_visible()
    # then it is kept all the same, and not published
    expect(page.locator("[data-state]")).to_have_text("Saved")
    assert kept(local_run, shop, template)["subject"] == "Spring for {{ customer.first_name"
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Publish")).to_be_disabled()


def test_a_draft_changed_by_somebody_else_is_not_written_over(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "Two at once")
    first = as_role("marketer", f"/templates/{template}")
    second = as_role("marketer", f"/templates/{template}")
    first.get_by_label("Preheader").fill("From the first")
    expect(first.locator("[data-state]")).to_have_text("Saved")
    second.get_by_label("Preheader").fill("From the second")
    expect(second.locator("[data-state]")).to_contain_text("Changed by somebody else")
    assert kept(local_run, shop, template)["preheader"] == "From the first"


def test_a_text_message_says_how_many_segments_it_takes(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "By text")
    page = as_role("marketer", f"/templates/{template}?channel=sms&language=en")
    page.get_by_label("Text").fill("Hello " * 40)
    expect(page.locator(".counter")).to_contain_text("2 segments")
    page.get_by_label("Text").fill("Zażółć gęślą jaźń " * 5)
    expect(page.locator(".counter")).to_contain_text("UCS-2")


def test_versions_are_compared_and_put_back(as_role: Open, local_run: LocalRun, shop: Shop) -> None:
    template = made(local_run, shop, "With a past")
    token = shop.tokens["marketer"]
    assert local_run.call("POST", f"/templates/{template}/publish", {}, token=token).status == 200
    page = as_role("marketer", f"/templates/{template}")
    page.get_by_label("Subject").fill("Summer")
    expect(page.locator("[data-state]")).to_have_text("Saved")
    page.get_by_label("More", exact=True).click()
    page.get_by_role("link", name="Versions").click()
    expect(page.locator(".diff ins")).to_have_text("Summer")
    expect(page.locator(".diff del")).to_contain_text("Spring for")
    page.get_by_role("link", name=re.compile("Version 1")).click()
    page.get_by_role("button", name="Put version 1 into the draft").click()
    expect(page.get_by_label("Subject")).to_have_value("Spring for {{ customer.first_name }}")


def test_the_preview_is_as_wide_as_a_phone_and_dark_when_asked(
    as_role: Open, local_run: LocalRun, shop: Shop
) -> None:
    template = made(local_run, shop, "Seen at night")
    page = as_role("marketer", f"/templates/{template}", viewport={"width": 1440, "height": 900})
    expect(mail(page).get_by_text("To the shop")).to_be_visible()
    page.get_by_role("button", name="Phone").click()
    eventually(lambda: page.locator("[data-frame]").evaluate("(frame) => frame.offsetWidth") <= 377)
    page.get_by_role("button", name="Dark", exact=True).click()
    filtered = "(root) => root.ownerDocument.defaultView.getComputedStyle(root).filter"
    assert "invert" in mail(page).locator("html").evaluate(filtered)


def test_the_log_says_why_and_shows_what_was_sent(as_role: Open, shop: Shop) -> None:
    # given the confirmations of the shop's first orders
    page = as_role("marketer", "/deliveries?template=order_confirmation")
    row = page.get_by_role("row").filter(has_text="Ada Lovelace")
    eventually(lambda: row.count() or (page.reload() and False), 60)
    # when the reason is unfolded
    row.first.locator(".why-cell summary").click()
    expect(row.first.locator(".checks li.yes").first).to_be_visible()
    # then every check is told, and the message can be read
    row.first.get_by_role("link", name="Open the message").click()
    expect(page.frame_locator("iframe.mail").get_by_text("A-1").first).to_be_visible()
    expect(page.get_by_role("heading", name="What became of it")).to_be_visible()


def test_marketing_is_paused_for_everybody_to_see_and_resumed(as_role: Open) -> None:
    page = as_role("marketer", "/deliveries")
    page.get_by_role("button", name="Pause marketing").click()
    page.get_by_role("textbox", name="Why").fill("A wrong price")
    page.get_by_role("dialog").get_by_role("button", name="Pause marketing").click()
    banner = page.locator(".standing")
    expect(banner).to_contain_text("A wrong price")
    page.goto("/console/templates")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Marketing goes on")).to_be_visible()
    expect(banner).to_have_count(0)
