"""What is taken as behaviour, and what is kept of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.behaviour import NewEvent
from regulars.behaviour.events import behaviour
from regulars.behaviour.model import is_bot, place_of
from regulars.kernel.http.serve import faults_of

EVENT = {"kind": "page_view", "anonymous_id": "web-1"}


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"kind": "Page View"}, "/kind"),
        ({"kind": "a" * 41}, "/kind"),
        ({"properties": {"a": {"b": {"c": {}}}}}, "/properties"),
        ({"properties": {"a": "x" * 4100}}, "/properties"),
        ({"properties": {"a": float("inf")}}, "/properties"),
        ({"properties": []}, "/properties"),
        ({"anonymous_id": None}, "/"),
        ({"customer": {"id": "cus_1"}}, "/"),
        ({"anonymous_id": "a b"}, "/anonymous_id"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_bad_events_are_refused_at_the_field(more: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ValidationError) as caught:
        NewEvent.model_validate(EVENT | more)
    assert {fault.pointer for fault in faults_of(caught.value)} == {pointer}


def test_properties_may_be_three_deep() -> None:
    made = NewEvent.model_validate(EVENT | {"properties": {"a": {"b": ["c"]}}})
    assert made.properties == {"a": {"b": ["c"]}}


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", True),
        ("curl/8.4.0", True),
        ("facebookexternalhit/1.1", True),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.1 Safari/605.1.15",
            False,
        ),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) Chrome/120.0 Mobile Safari/537.36", False),
        (None, False),
    ],
)
def test_machines_are_known_by_their_words(agent: str | None, bot: bool) -> None:
    assert is_bot(agent) is bot


def test_of_an_address_only_the_place_is_kept() -> None:
    assert (
        place_of("https://user:pass@shop.example/a/b?token=1&email=a@b.example#x")
        == "https://shop.example/a/b"
    )
    assert place_of("/a?x=1") == "/a"
    assert place_of("https://[") is None
    assert place_of("javascript:alert(1)") == "alert(1)"


@given(st.text(max_size=60))
def test_any_address_is_read_without_failing(text: str) -> None:
    place = place_of(text)
    assert place is None or "?" not in place


def test_kinds_have_their_schema_and_own_words_the_general_one() -> None:
    assert behaviour("page_view").name == "behaviour.page_view"
    assert behaviour("wishlist_shared").name == "behaviour.custom"
