"""Bytes become lines, whatever their compression and encoding, in flat memory."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.imports.lines import MAX_LINE, Source, encoding_of, lines
from regulars.kernel.errors import InvalidError


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def texts(data: bytes, size: int = 7, start: int = 0) -> list[str | None]:
    return [line.text for line in lines(Source(cut(data, size)), start)]


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))), st.integers(1, 50)
)
def test_lines_do_not_depend_on_how_the_bytes_arrive(rows: list[str], size: int) -> None:
    data = "".join(f"{row}\n" for row in rows).encode()
    if not data.startswith(b"\x1f\x8b"):
        assert texts(data, size) == [f"{row}\n" for row in rows]


@given(st.lists(st.text("ab,é", max_size=9), min_size=1), st.integers(1, 50), st.booleans())
def test_reading_goes_on_at_the_end_of_any_line(rows: list[str], size: int, packed: bool) -> None:
    plain = "".join(f"{row}\n" for row in rows).encode()
    data = gzip.compress(plain) if packed else plain
    every = list(lines(Source(cut(data, size))))
    for number, line in enumerate(every, 1):
        assert list(lines(Source(cut(data, size)), line.end)) == every[number:]


def test_gzip_is_known_by_its_first_bytes_and_may_have_several_members() -> None:
    assert texts(gzip.compress(b"a\n") + gzip.compress(b"b\n"), size=3) == ["a\n", "b\n"]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"a,b\n" * 999)[:-9], gzip.compress(b"a")[:12] + b"xxxxxxxxxxxx"],
    ids=["cut short", "overwritten"],
)
def test_damaged_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidError):
        texts(data, size=5)


def test_text_that_is_not_utf8_is_read_as_windows_1252() -> None:
    assert texts("Müller €\n".encode("cp1252") + "Müller\n".encode()) == ["Müller €\n", "Müller\n"]


def test_a_line_too_long_is_given_up_and_the_next_is_read() -> None:
    data = b"a\n" + b"x" * (MAX_LINE * 3) + b"\nb\n"
    assert texts(data, size=100_000) == ["a\n", None, "b\n"]
    assert [line.end for line in lines(Source(cut(data, 99_999)))] == [2, len(data) - 2, len(data)]


def test_a_bomb_is_unpacked_in_pieces() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert max(len(piece) for piece in Source([bomb])) <= 256 * 1024


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        (b"a\n", "utf-8"),
        (b"\xef\xbb\xbfa\n", "utf-8 with mark"),
        ("ü\n".encode(), "utf-8"),
        (b"\xfc\n", "windows-1252"),
        ("ü\nü".encode()[:-1], "utf-8"),
    ],
)
def test_the_encoding_is_named(sample: bytes, encoding: str) -> None:
    assert encoding_of(sample) == encoding


def test_utf16_is_refused_in_words() -> None:
    with pytest.raises(InvalidError, match="UTF-16"):
        encoding_of("a,b".encode("utf-16"))
