"""Laws of the kernel's values."""

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.clock import iso
from regulars.kernel.errors import BrokenError, InvalidError, MalformedError
from regulars.kernel.ids import digest, natural_id, new_id, tail, time_of
from regulars.kernel.logs import mask
from regulars.kernel.money import to_minor, to_text
from regulars.kernel.pagination import decode_cursor, encode_cursor
from regulars.kernel.tenancy import Tenant

MINE = Tenant("ten_01ARZ3NDEKTSV4RRFFQ69G5FAV")
THEIRS = Tenant("ten_01ARZ3NDEKTSV4RRFFQ69G5FAW")
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, moments)
def test_ids_and_times_sort_in_time_order(one: datetime, two: datetime) -> None:
    if abs(one - two) >= timedelta(milliseconds=2):
        assert (new_id("x", one) < new_id("x", two)) == (one < two)
        assert (iso(one) < iso(two)) == (one < two)
    assert abs(time_of(new_id("x", one)) - one) < timedelta(milliseconds=1)


@given(moments, moments, st.text(), st.text())
def test_a_natural_id_depends_on_its_key_alone(one: datetime, two: datetime, key: str, other: str) -> None:
    assert (
        tail(natural_id("ord", one, "t", key)) == tail(natural_id("ord", two, "t", key)) == digest("t", key)
    )
    assert (digest("t", key) == digest("t", other)) == (key == other)


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_different_parts_never_make_one_key(one: list[str], two: list[str]) -> None:
    assert (MINE.partition(*one) == MINE.partition(*two)) == (one == two)
    assert not MINE.partition(*one).startswith(THEIRS.partition())


@pytest.mark.parametrize(
    "text", ["", "ten_", "ten_01arz3ndektsv4rrffq69g5fav", MINE.id + "\n", MINE.id + "#C"]
)
def test_a_tenant_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(BrokenError):
        Tenant(text)


@pytest.mark.parametrize(
    ("amount", "currency", "quantity", "minor"),
    [
        ("2.55", "GBP", 6, 1530),
        ("0.125", "GBP", 1, 13),
        ("0.0015", "GBP", 333, 50),
        ("-0.125", "GBP", 1, -13),
        ("100", "JPY", 3, 300),
        ("1.2345", "KWD", 1, 1235),
    ],
)
def test_money_rounds_half_up_on_the_product(amount: str, currency: str, quantity: int, minor: int) -> None:
    assert to_minor(amount, currency, quantity) == minor


@pytest.mark.parametrize("amount", ["", "abc", "NaN", "Infinity", "1e309", "1,5", "9" * 30])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(InvalidError):
        to_minor(amount, "GBP")


@given(st.integers(-(10**11), 10**11), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_money_text_reads_back(minor: int, currency: str) -> None:
    assert to_minor(Decimal(to_text(minor, currency)), currency) == minor


@given(st.text(), st.text())
def test_a_cursor_reads_back_for_its_tenant_and_for_no_other(sk: str, part: str) -> None:
    last = {"pk": {"S": MINE.partition("C", part)}, "sk": {"S": sk}, "g1pk": {"S": MINE.partition("L")}}
    cursor = encode_cursor(last)
    assert decode_cursor(MINE, cursor) == last
    with pytest.raises(MalformedError):
        decode_cursor(THEIRS, cursor)


@given(st.text(min_size=1))
def test_no_text_makes_a_cursor_fail_otherwise(text: str) -> None:
    with contextlib.suppress(MalformedError):
        decode_cursor(MINE, text)


def test_logs_carry_no_personal_data() -> None:
    line = mask(
        {
            "email": "a@x.com",
            "note": "call +44 20 7946 0958 or a.b+c@x.co.uk",
            "deep": [{"name": "Ann", "n": 1}],
        }
    )
    assert line == {"email": "***", "note": "call *** or ***", "deep": [{"name": "***", "n": 1}]}
