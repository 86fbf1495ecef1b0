"""Nobody's name, subject, header or tag can add a header or a recipient of its own."""

from email import message_from_string
from email.header import decode_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.model import Sender
from regulars.messaging.providers.headers import address, ascii_address, safe_headers, safe_tags

ANY = st.text(max_size=300)
EVIL = st.sampled_from(
    ["\r\nBcc: eve@example.test", "\n\nbody", "\r", "\x0b\x0c\x85\u2028\u2029", "\x00", ""]
)
TEXT = st.tuples(ANY, EVIL, ANY).map("".join)


@given(name=TEXT)
def test_a_senders_name_stays_one_head_with_one_address(name: str) -> None:
    line = address(Sender(name, "shop@example.test"))

    assert len(line.splitlines()) == 1
    read = message_from_string(f"From: {line}\n\n")
    assert read.keys() == ["From"]
    assert line.endswith("<shop@example.test>") or line == "shop@example.test"


@given(headers=st.dictionaries(TEXT, TEXT, max_size=5))
def test_headers_stay_as_many_as_they_were_at_the_most(headers: dict[str, str]) -> None:
    safe = safe_headers(headers)

    text = "".join(f"{name}: {value}\n" for name, value in safe.items()) + "\n"
    assert message_from_string(text).keys() == list(safe)
    assert set(safe) <= set(headers)
    assert all(value.isascii() and value.isprintable() and len(value) <= 995 for value in safe.values())


def test_a_head_in_other_letters_is_encoded_and_can_be_read() -> None:
    value = safe_headers({"X-Note": "Zażółć gęślą jaźń " * 3})["X-Note"]

    decoded = "".join(
        part.decode(code or "ascii") for part, code in decode_header(value) if isinstance(part, bytes)
    )
    assert decoded == ("Zażółć gęślą jaźń " * 3).strip()


@given(tags=st.dictionaries(TEXT, TEXT, max_size=5))
def test_tags_have_the_characters_that_ses_allows(tags: dict[str, str]) -> None:
    for text in (part for pair in safe_tags(tags).items() for part in pair):
        assert 1 <= len(text) <= 256
        assert all(one.isascii() and (one.isalnum() or one in "_.@-") for one in text)


@given(text=TEXT)
def test_an_address_is_exactly_one_or_none(text: str) -> None:
    found = ascii_address(text)

    assert found is None or (found.count("@") == 1 and found.isascii() and len(found.split()) == 1)
    assert found is None or not set(found) & set(',;:<>()[]\\"\r\n ')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann@example.test", "ann@example.test"),
        ("ann+news@example.test", "ann+news@example.test"),
        ("ann@zażółć.pl", "ann@" + "zażółć.pl".encode("idna").decode()),
        ("żółć@example.test", None),
        ("ann@example.test, eve@example.test", None),
        ("Ann <ann@example.test>", None),
        ("ann", None),
        ("", None),
    ],
)
def test_domains_are_written_in_ascii(text: str, found: str | None) -> None:
    assert ascii_address(text) == found
