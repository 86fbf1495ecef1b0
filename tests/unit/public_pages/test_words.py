"""The words of the public pages, and what can be read on a shop's colour."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from public_pages.asking import read_form
from public_pages.looks import _luminance, ink_on
from public_pages.texts import LANGUAGES, words_for
from public_pages.visits import masked


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_says_everything(language: str) -> None:
    english, texts = LANGUAGES["en"], LANGUAGES[language]
    assert texts.keys() == english.keys()
    assert all(texts.values())
    for key, text in texts.items():
        assert holes(text) == holes(english[key]), key


@given(st.integers(0, 0xFFFFFF))
def test_what_stands_on_a_shops_colour_can_be_read(number: int) -> None:
    colour = f"#{number:06x}"
    one, other = sorted((_luminance(colour), _luminance(ink_on(colour))))
    assert (other + 0.05) / (one + 0.05) >= 4.5


@given(st.text(max_size=300))
def test_any_header_gives_some_language(header: str) -> None:
    assert words_for((), header).language in LANGUAGES


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_body_is_some_form(body: bytes, boundary: str) -> None:
    import base64

    for media in ("", f"multipart/form-data; boundary={boundary}", "multipart/form-data"):
        event = {
            "headers": {"content-type": media},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        assert not read_form(event).one_click or b"ne-" in body.lower() or b"%" in body


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ann@x.example", "a•••@x.example"), ("+447911123456", "+44•••456"), (None, ""), ("", "")],
)
def test_an_address_is_shown_in_part(address: str | None, shown: str) -> None:
    assert masked(address) == shown
