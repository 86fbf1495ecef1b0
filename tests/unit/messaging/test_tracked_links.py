"""The links of one message."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import links as signed
from regulars.kernel import secret
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Consent, ConsentState, Contact
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.tracking.following import Target, target_of
from regulars.messaging.tracking.links import DeliveryLinks, may_pixel

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TENANT = Tenant(new_id("ten", NOW))
STATIC = ("https://kettle.test/", "https://kettle.test/mugs")


@pytest.fixture(autouse=True, scope="module")
def _secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "token_secret", lambda: b"s" * 64)
        signed._key.cache_clear()
        yield
    signed._key.cache_clear()


def delivery(channel: Channel = Channel.EMAIL) -> Delivery:
    return Delivery(new_id("dlv", NOW), new_id("cus", NOW), channel, "news", "", State.QUEUED, NOW)


def made(one: Delivery, pixel: bool = True, **settings: bool) -> DeliveryLinks:
    return DeliveryLinks(TENANT, one, MessagingSettings(**settings), STATIC, pixel)


def test_a_link_names_the_delivery_and_carries_no_address() -> None:
    one = delivery()
    links = made(one)
    url, own = links.click(1, None), links.click(2, "https://kettle.test/orders/7")
    reference = url.split("/")[-2]
    assert url == f"https://regulars.test/t/c/{reference}/1"
    assert own == f"https://regulars.test/t/c/{reference}/2.0"
    assert links.pixel() == f"https://regulars.test/t/o/{reference}"
    assert target_of(reference) == Target(TENANT, one.customer_id, one.id)
    assert links.dynamic == {"2.0": "https://kettle.test/orders/7"}


def test_the_same_destination_has_one_name_and_others_have_their_own() -> None:
    links = made(delivery())
    urls = [links.click(2, f"https://kettle.test/{path}") for path in ("a", "b", "a")]
    assert urls[0] == urls[2] != urls[1]
    assert links.dynamic == {"2.0": "https://kettle.test/a", "2.1": "https://kettle.test/b"}


def test_without_tracking_links_are_what_they_are_and_there_is_no_picture() -> None:
    links = made(delivery(), track_opens=False, track_clicks=False)
    assert (links.click(1, None), links.click(2, "https://a.test/")) == (STATIC[1], "https://a.test/")
    assert (links.pixel(), links.dynamic) == ("", {})
    assert made(delivery(), pixel=False).pixel() == ""


@pytest.mark.parametrize("channel", sorted(set(Channel) - {Channel.EMAIL}))
def test_only_mails_have_a_picture(channel: Channel) -> None:
    assert made(delivery(channel)).pixel() == ""


def test_short_codes_are_the_same_each_time_and_tell_nothing() -> None:
    one, other = delivery(Channel.SMS), delivery(Channel.SMS)
    urls = {made(each).click(number, None) for each in (one, other) for number in (0, 1) for _ in range(2)}
    assert len(urls) == 4
    codes = [url.rpartition("/")[2] for url in urls]
    assert {url.rpartition("/")[0] for url in urls} == {"https://regulars.test/s"}
    assert all(len(code) == 11 and code.isalnum() for code in codes)


@pytest.mark.parametrize("needed", [False, True])
@pytest.mark.parametrize("state", ConsentState)
def test_a_picture_needs_consent_where_the_tenant_says_so(needed: bool, state: ConsentState) -> None:
    contact = Contact("cus_01", consents={Channel.EMAIL: Consent(state)})
    allowed = may_pixel(MessagingSettings(pixel_needs_consent=needed), contact)
    assert allowed is (not needed or state is ConsentState.GRANTED)


@given(st.integers(0, 93), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_reference_with_another_character_names_nothing(place: int, character: str) -> None:
    reference = made(delivery()).pixel().rpartition("/")[2]
    assert len(reference) == 94
    other = reference[:place] + character + reference[place + 1 :]
    assert (target_of(other) is not None) is (other == reference)
