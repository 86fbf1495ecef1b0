"""One form of each address, number and tag, whatever it is typed like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.normalise import email_address, normal_tag, phone_number, plain
from regulars.customers.settling import country_of_zone

LOCAL = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=20)
DOMAIN = st.sampled_from(
    ["x.com", "Bücher.example", "sub.x.co.uk", "xn--bcher-kva.example", "ПОЧТА.рф", "X.COM."]
)
SPACE = st.sampled_from(["", " ", "\u00a0", "\u200b", "\ufeff", "\t"])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A@x.com", "a@x.com"),
        (" a@x.com ", "a@x.com"),
        ("\u00a0a@x.com\u00a0", "a@x.com"),
        ("a\u200b@x.com", "a@x.com"),
        ("a@X.com", "a@x.com"),
        ("Ann@Bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("a+b@x.com", "a+b@x.com"),
        ("o'brien@x.com", "o'brien@x.com"),
        ("a@x.com.", "a@x.com"),
    ],
)
def test_spellings_of_one_address_meet(typed: str, kept: str) -> None:
    assert email_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "@",
        "a@",
        "@x.com",
        "a@x",
        "a b@x.com",
        "a@x..com",
        ".a@x.com",
        "a.@x.com",
        "a..b@x.com",
        "a@-x.com",
        "a@x.com,b@y.com",
        "<a@x.com>",
        "a@1.2.3.4",
        "a@[1.2.3.4]",
        "a\0@x.com",
        "a@b@x.com",
        "a" * 65 + "@x.com",
        "a@" + "x" * 64 + ".com",
        "a@" + "x." * 130 + "com",
        "a@x.com\nbcc: b@y.com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert email_address(typed) is None


@given(LOCAL, DOMAIN, SPACE, SPACE)
def test_an_addresses_form_is_final_and_blind_to_space(
    local: str, domain: str, before: str, after: str
) -> None:
    kept = email_address(f"{local}@{domain}")
    assert email_address(f"{before}{local}@{domain}{after}") == kept
    if kept is not None:
        assert email_address(kept) == kept
        if kept.isascii():
            assert email_address(kept.upper()) == kept


@given(st.text(max_size=60))
def test_anything_at_all_can_be_asked_about(text: str) -> None:
    kept = email_address(text)
    assert kept is None or email_address(kept) == kept
    assert plain(plain(text)) == plain(text)
    made = normal_tag(text)
    assert made is None or (normal_tag(made) == made and 1 <= len(made) <= 50)
    number = phone_number(text, "GB")
    assert number is None or phone_number(number) == number


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("+44 7911 123456", None, "+447911123456"),
        ("+44 (0) 7911 123456", None, "+447911123456"),
        ("07911-123-456", "GB", "+447911123456"),
        ("０7911 123456", "GB", "+447911123456"),
        ("0048 601 234 567", "GB", "+48601234567"),
        ("601 234 567", "PL", "+48601234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("07911 123456", None, None),
        ("12", "GB", None),
        ("+999 12345678", None, None),
        ("call me", "GB", None),
        ("+44 7911 123456 ext 5", None, None),
        ("+", "GB", None),
        ("1" * 90, "GB", None),
    ],
)
def test_phone_numbers_become_e164(typed: str, country: str | None, kept: str | None) -> None:
    assert phone_number(typed, country) == kept


def test_tags_have_one_form() -> None:
    assert normal_tag("  Big \u00a0 SPENDER ") == "big spender"
    assert normal_tag("Straße") == "strasse"
    assert [normal_tag(bad) for bad in ("", " ", "a,b", "a\0b", "x" * 51)] == [None] * 5


def test_a_zone_lies_in_a_country() -> None:
    assert [country_of_zone(zone) for zone in ("Europe/London", "America/New_York", "UTC")] == [
        "GB",
        "US",
        None,
    ]
