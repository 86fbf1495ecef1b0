"""A template's source in the editor: one piece at a time, nothing else touched, and differences in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.template_source import changes, fields_of, piece_of, read_sample, with_piece, without
from regulars.kernel.errors import InvalidError

SOURCE: dict[str, Any] = {
    "contents": {
        "email": {
            "en": {"subject": "Hello", "mjml": "<mjml>\none\ntwo\n</mjml>"},
            "de": {"subject": "Hallo"},
        },
        "sms": {"en": {"text": "Hi"}},
    },
    "sample": {"order": {"number": "A-1"}},
}
texts = st.text("ab \n{}<>é", max_size=20)


def test_what_is_typed_changes_its_piece_alone() -> None:
    after = with_piece(SOURCE, "email", "en", {"subject": "Hi", "channel": "email", "version": "3"})
    assert piece_of(after, "email", "en") == {"subject": "Hi", "mjml": "<mjml>\none\ntwo\n</mjml>"}
    assert after["contents"]["email"]["de"] == SOURCE["contents"]["email"]["de"]
    assert piece_of(SOURCE, "email", "en")["subject"] == "Hello"


@given(texts, texts)
def test_saving_the_same_texts_again_changes_nothing(subject: str, text: str) -> None:
    once = with_piece(SOURCE, "email", "pl", {"subject": subject, "text": text})
    assert with_piece(once, "email", "pl", {"subject": subject, "text": text}) == once
    assert bool(subject or text) == bool(piece_of(once, "email", "pl"))


def test_a_piece_that_is_emptied_goes_and_its_channel_with_the_last() -> None:
    after = with_piece(SOURCE, "sms", "en", {"text": ""})
    assert "sms" not in after["contents"]
    assert "de" not in without(SOURCE, "email", "de")["contents"]["email"]
    assert "email" not in without(SOURCE, "email", "")["contents"]


def test_a_mail_is_typed_as_mjml_unless_it_is_html() -> None:
    assert [one.name for one in fields_of("email", {})] == ["subject", "preheader", "mjml", "text"]
    assert [one.name for one in fields_of("email", {"html": "<p>"})] == [
        "subject",
        "preheader",
        "html",
        "text",
    ]


def test_line_ends_of_browsers_are_no_change() -> None:
    piece = piece_of(SOURCE, "email", "en")
    typed = {name: value.replace("\n", "\r\n") for name, value in piece.items()}
    assert with_piece(SOURCE, "email", "en", typed) == SOURCE


def test_differences_are_told_by_place_and_line() -> None:
    after = with_piece(SOURCE, "email", "en", {"mjml": "<mjml>\none\n2\n</mjml>"})
    after = with_piece(after, "push", "en", {"title": "New"})
    found = {one.where: one for one in changes(SOURCE, after)}
    assert set(found) == {"Email · English · MJML", "Push · English · Title"}
    mail = found["Email · English · MJML"]
    assert (mail.added, mail.removed) == (1, 1)
    assert [line for how, line in mail.lines if how == "out"] == ["two"]


def test_between_differences_that_are_far_apart_there_is_a_gap() -> None:
    before = "\n".join(f"line {n}" for n in range(40))
    edited = before.replace("line 3\n", "line three\n").replace("line 30\n", "line thirty\n")
    one = changes(
        {"contents": {"sms": {"en": {"text": before}}}}, {"contents": {"sms": {"en": {"text": edited}}}}
    )[0]
    assert ("gap", "…") in one.lines
    assert len(one.lines) < 20


def test_the_same_source_has_no_differences() -> None:
    assert changes(SOURCE, SOURCE) == []


@pytest.mark.parametrize("text", ["[", "[1]", "3", "[" * 100_000])
def test_sample_data_must_be_an_object(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_sample(text)
    assert refused.value.faults[0].pointer == "/sample"


def test_no_sample_data_is_an_empty_object() -> None:
    assert read_sample("") == {}
