"""What is added to addresses, and which may be redirected to."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.tracking.utm import redirectable, with_utm

VALUES = {"source": "regulars", "medium": "email", "campaign": "Spring & sun", "content": ""}
ADDED = "utm_source=regulars&utm_medium=email&utm_campaign=Spring%20%26%20sun"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://kettle.test", f"https://kettle.test?{ADDED}"),
        ("https://kettle.test/a?b=1#top", f"https://kettle.test/a?b=1&{ADDED}#top"),
        ("https://kettle.test/?", f"https://kettle.test/?{ADDED}"),
        ("https://kettle.test/?a&", f"https://kettle.test/?a&{ADDED}"),
        ("https://kettle.test/#/spa?x=1", f"https://kettle.test/?{ADDED}#/spa?x=1"),
        ("https://kettle.test/?q=a%2Fb+c&q=2", f"https://kettle.test/?q=a%2Fb+c&q=2&{ADDED}"),
        (
            "https://kettle.test/?UTM_Source=mine",
            "https://kettle.test/?UTM_Source=mine&utm_medium=email&utm_campaign=Spring%20%26%20sun",
        ),
    ],
)
def test_parameters_join_what_is_there(url: str, expected: str) -> None:
    assert with_utm(url, VALUES) == expected
    assert with_utm(expected, VALUES) == expected


text = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=20)


@given(text, text, text)
def test_nothing_of_an_address_is_lost(path: str, query: str, fragment: str) -> None:
    url = f"https://kettle.test/{path.replace('?', '')}?{query}#{fragment}"
    before, after = urlsplit(url), urlsplit(with_utm(url, VALUES))
    assert after.query.startswith(before.query)
    assert (after.path, after.fragment) == (before.path, before.fragment)
    pairs = dict(parse_qsl(after.query, keep_blank_values=True))
    assert {f"utm_{name}" for name, value in VALUES.items() if value} <= {name.lower() for name in pairs}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "//kettle.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://kettle.test",
        "mailto:ann@example.test",
        "https://",
        "https:///path",
        "https://kettle.test/\r\nset-cookie: a=b",
        "https://kettle.test/\tx",
        "https://kettle.test\\@evil.test",
        "https://kettle.test:port/",
        "https://[::1/",
        "https://kettle.test/" + "a" * 8000,
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_web_page(url: str) -> None:
    assert redirectable(url) == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://kettle.test/a%20b?c=d&e=%26#f", "HTTPS://kettle.test/a%20b?c=d&e=%26#f"),
        ("https://käse.test/zażółć?ü=1", "https://xn--kse-qla.test/za%C5%BC%C3%B3%C5%82%C4%87?%C3%BC=1"),
        ("http://kettle.test:8080/a b", "http://kettle.test:8080/a%20b"),
    ],
)
def test_an_address_is_put_into_ascii(url: str, expected: str) -> None:
    assert redirectable(url) == expected


@given(st.text())
def test_what_goes_into_a_header_is_plain(tail: str) -> None:
    found = redirectable("https://kettle.test/" + tail)
    assert found.isascii()
    assert found.isprintable()
