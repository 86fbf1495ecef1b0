"""What people do in the console, in a real browser, from the click to the record."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.shop import NAMES, Shop
from tests.running import LocalRun, eventually


def rows(page: Page) -> list[str]:
    """The names in the list of customers."""
    return page.locator("#customers-rows td.primary a").all_inner_texts()


def test_signing_in_for_the_first_time_asks_for_a_password_of_ones_own(
    anonymous: Page, shop: Shop, temporary_password: str
) -> None:
    # given somebody who asks for a page and is sent to sign in
    anonymous.goto("/console/orders")
    expect(anonymous).to_have_url(re.compile("/console/sign-in"))
    # when the password is wrong
    anonymous.get_by_label("Email").fill(shop.owner_email)
    anonymous.get_by_label("Password").fill("not-it")
    anonymous.get_by_role("button", name="Sign in").click()
    # then it says so, and not whether the address is known
    expect(anonymous.get_by_text("The email address or the password is wrong")).to_be_visible()
    # when the invitation's password is typed, and then one's own
    anonymous.get_by_label("Password").fill(temporary_password)
    anonymous.get_by_role("button", name="Sign in").click()
    anonymous.get_by_label("New password").fill("Quite-Another-2")
    anonymous.get_by_role("button", name="Save and sign in").click()
    # then the page that was asked for opens, and signing out closes it
    expect(anonymous.get_by_role("heading", name="Orders")).to_be_visible()
    anonymous.get_by_label("Account").click()
    anonymous.get_by_role("button", name="Sign out").click()
    anonymous.goto("/console/orders")
    expect(anonymous).to_have_url(re.compile("/console/sign-in"))


def test_a_form_from_another_site_changes_nothing(local_run: LocalRun, shop: Shop) -> None:
    cookie = {
        "cookie": f"regulars_session={shop.tokens['owner']}",
        "content-type": "application/x-www-form-urlencoded",
    }
    path = f"/console/customers/{shop.customers['Hannah Becker']}/notes"
    answer = local_run.call("POST", path, b"text=hello", headers=cookie | {"origin": "https://evil.example"})
    assert answer.status == 403


def test_home_shows_the_shop_live(as_role: Open, local_run: LocalRun, shop: Shop) -> None:
    # given the home page
    page = as_role("owner")
    expect(page.locator("#stats")).to_contain_text("Customers")
    expect(page.locator("#revenue canvas")).to_be_visible()
    # when a customer comes in through the API
    before = page.locator("#stats").inner_text()
    new = {"first_name": "New", "last_name": "Comer", "email": "new.comer@example.com"}
    assert local_run.call("POST", "/customers", new, token=shop.tokens["owner"]).status == 201
    # then the page shows it by itself
    eventually(lambda: page.locator("#stats").inner_text() != before, 60)
    expect(page.locator("#activity")).to_contain_text("New Comer")


def test_searching_filters_and_the_address_remembers(as_role: Open) -> None:
    page = as_role("owner", "/customers")
    # when typing the beginning of a name
    page.get_by_placeholder("Search name, email or phone").press_sequentially("hann", delay=30)
    # then only who matches is left, the box keeps the focus, and the address can be shared
    eventually(lambda: rows(page) == ["Hannah Becker"])
    expect(page).to_have_url(re.compile(r"\?q=hann$"))
    expect(page.get_by_placeholder("Search name, email or phone")).to_be_focused()
    page.reload()
    assert rows(page) == ["Hannah Becker"]


def test_the_keyboard_finds_and_opens_a_customer(as_role: Open) -> None:
    page = as_role("owner")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="A name, an email").or_(page.locator("#palette input")).first.fill(
        "zof"
    )
    expect(page.get_by_role("option", name="Zofia Lis")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Zofia Lis")).to_be_visible()
    # and in the list arrows walk, Enter opens
    page.goto("/console/customers?sort=created")
    page.locator("#customers-rows tr").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NAMES[1])).to_be_visible()


def test_tagging_many_and_taking_it_back(as_role: Open) -> None:
    # given two customers ticked, one of whom has the tag already
    page = as_role("marketer", "/customers")
    for name in ("Ada Lovelace", "Priya Raman"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    expect(page.locator("[data-picked]")).to_have_text("2 selected")
    # when the tag is added
    page.locator(".bulk").get_by_label("Tag", exact=True).fill("Newsletter")
    page.get_by_role("button", name="Add tag").click()
    # then it is only one who got it, and undoing takes it from that one alone
    expect(page.get_by_text("added to 1 customer")).to_be_visible()
    expect(page.get_by_role("row", name="Priya Raman")).to_contain_text("newsletter")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="Priya Raman")).not_to_contain_text("newsletter")
    expect(page.get_by_role("row", name="Ada Lovelace")).to_contain_text("newsletter")


def test_a_profile_is_corrected_with_the_fault_at_its_field(as_role: Open, shop: Shop) -> None:
    page = as_role("agent", f"/customers/{shop.customers['Yuki Tanaka']}/edit")
    # when an address is typed that is none
    page.get_by_label("Country").fill("XX")
    page.get_by_label("First name").fill("Yukiko")
    page.get_by_role("button", name="Save changes").click()
    # then the page says so and keeps what was typed
    expect(page.locator("[role=alert], .error").first).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Yukiko")
    # when it is mended
    page.get_by_label("Country").fill("JP")
    page.get_by_role("button", name="Save changes").click()
    # then the profile shows it
    expect(page.get_by_role("heading", name="Yukiko Tanaka")).to_be_visible()
    expect(page.get_by_text("Profile saved")).to_be_visible()


def test_a_tag_goes_and_comes_back_and_a_note_stays(as_role: Open, shop: Shop) -> None:
    page = as_role("agent", f"/customers/{shop.customers['Zofia Lis']}")
    page.get_by_role("button", name="Remove the tag newsletter").click()
    expect(page.locator("#tags")).not_to_contain_text("newsletter")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#tags")).to_contain_text("newsletter")
    page.goto(page.url + "?tab=notes")
    page.get_by_label("Note").fill("Prefers to be called in the morning")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".timeline")).to_contain_text("Prefers to be called in the morning")
    # and a call is logged, with a day to come back to it
    page.get_by_role("button", name="Log").click()
    page.get_by_label("What was said or agreed").fill("Wants a quote")
    page.get_by_label("Follow up on").fill("2099-01-15")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("Wants a quote")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("Follow up on 15 January: Wants a quote")).to_be_visible()


def test_an_order_is_refunded_in_part(as_role: Open, shop: Shop) -> None:
    page = as_role("agent", f"/orders/{shop.orders['Tomas Oliveira']}")
    page.get_by_role("button", name="Mark as paid").click()
    expect(page.locator("h1")).to_contain_text("Paid")
    page.get_by_role("button", name="Refund").click()
    page.get_by_label("Amount in GBP").fill("1000000")
    page.locator("#refund").get_by_role("button", name="Refund").click()
    # more than the order came to is refused, in the dialog
    expect(page.locator("#refund [aria-invalid=true], #refund [role=alert]").first).to_be_visible()
    page.get_by_label("Amount in GBP").fill("10.50")
    page.locator("#refund").get_by_role("button", name="Refund").click()
    expect(page.locator("h1")).to_contain_text("Partly refunded")
    expect(page.locator(".totals")).to_contain_text("£10.50")


def test_a_refund_without_an_order_is_listed_with_whose_it_is(as_role: Open) -> None:
    page = as_role("viewer", "/orders")
    page.get_by_role("link", name="Refunds without an order").click()
    expect(page.get_by_role("row", name="C-1")).to_contain_text("Ada Lovelace")
    expect(page.get_by_role("row", name="C-1")).to_contain_text("£2.50")


def test_the_confirmation_of_an_order_can_be_read(as_role: Open, shop: Shop) -> None:
    # given a customer whose order was confirmed by mail
    page = as_role("agent", f"/customers/{shop.customers['Ada Lovelace']}?tab=messages")
    sent = page.get_by_role("row").filter(has_text="Sent")
    eventually(lambda: sent.count() or (page.reload() and False), 60)
    # when the message is opened
    sent.first.get_by_role("link").click()
    # then it is there as it was mailed, in a frame of its own
    expect(page.frame_locator("iframe.mail").get_by_text("A-1").first).to_be_visible()


def test_a_key_is_shown_once_works_and_is_revoked(as_role: Open, local_run: LocalRun) -> None:
    page = as_role("owner", "/settings/keys")
    # when a key is made
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name").fill("Till")
    page.get_by_role("button", name="Create key").click()
    key = page.locator(".secret code").inner_text()
    # then it opens the API, and is not shown again
    assert local_run.call("GET", "/customers", headers={"x-api-key": key}).status == 200
    page.reload()
    expect(page.locator(".secret")).to_have_count(0)
    # when it is revoked, after a question
    page.get_by_role("row", name="Till").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    # then it opens nothing
    expect(page.get_by_role("row", name="Till")).to_contain_text("Revoked")
    assert local_run.call("GET", "/customers", headers={"x-api-key": key}).status == 401


def test_settings_keep_what_is_right_and_refuse_what_is_not(as_role: Open) -> None:
    page = as_role("owner", "/settings")
    page.get_by_label("Time zone").fill("Europe/Atlantis")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("is not an IANA time zone")).to_be_visible()
    page.get_by_label("Time zone").fill("Europe/Warsaw")
    page.get_by_label("A cart is abandoned after").fill("90")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Settings saved")).to_be_visible()
    expect(page.get_by_label("A cart is abandoned after")).to_have_value("90")


def test_a_file_is_imported_from_the_first_look_to_the_undo(as_role: Open, tmp_path: Path) -> None:
    # given a file with one row that cannot be taken
    file = tmp_path / "people.csv"
    file.write_text(
        "Full name,E-mail,Country\nGreta Amsel,greta@example.org,DE\nEmil Specht,not-an-address,DE\n"
    )
    page = as_role("owner", "/imports/new")
    # when it is dropped and its columns are matched
    page.get_by_label("The file").set_input_files(file)
    expect(page.get_by_role("heading", name="Import customers")).to_be_visible()
    expect(page.get_by_label("Field for Full name")).to_have_value("name")
    page.get_by_label("Field for E-mail").select_option("email")
    page.get_by_role("button", name="Try it first").click()
    # then the trial says what would happen, and nothing is written
    expect(page.get_by_text("Nothing was written")).to_be_visible(timeout=60_000)
    expect(
        page.get_by_role("region", name="First rows refused")
        .or_(page.get_by_text("First rows refused"))
        .first
    ).to_be_visible()
    # when it is started in earnest
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("Done; rows refused: 1")).to_be_visible(timeout=60_000)
    # then the customer is there, and gone again after the undo
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_contain_text("Undone", timeout=60_000)
