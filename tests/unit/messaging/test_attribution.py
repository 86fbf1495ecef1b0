"""What an order is put down to, and how it is shared."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.model import Channel, Delivery, Reason, State
from regulars.messaging.settings_model import Attribution
from regulars.messaging.tracking.attribution import MODELS, MOST, credited, shares, touches, watched

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
models = st.sampled_from(MODELS)


def sent(number: int, **changes: object) -> Delivery:
    at = NOW - number * HOUR
    plain = Delivery(
        f"dlv_{number:02d}", "cus_01", Channel.EMAIL, "news", "", State.SENT, at, attempted_at=at
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@given(models, st.integers(1, 30), st.integers(0, 10**12))
def test_the_parts_add_up_to_the_order(model: Attribution, count: int, amount: int) -> None:
    parts = shares(model, count, amount)
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    assert {place for place, part in enumerate(parts) if part} <= set(credited(model, count))


@given(models, st.integers(1, 30), st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_what_refunds_take_back_adds_up_too(model: Attribution, count: int, left: list[int]) -> None:
    steps = [shares(model, count, amount) for amount in sorted(left, reverse=True)]
    for before, after, was, now in zip(
        steps, steps[1:], sorted(left, reverse=True), sorted(left, reverse=True)[1:], strict=False
    ):
        taken = [one - other for one, other in zip(before, after, strict=True)]
        assert sum(taken) == was - now
        assert all(one >= 0 for one in taken)


@given(st.integers(1, 30), st.integers(0, 10**9))
def test_linear_parts_differ_by_one_unit_at_the_most(count: int, amount: int) -> None:
    parts = shares("linear", count, amount)
    assert max(parts) - min(parts) <= 1


def test_nothing_is_shared_among_nobody() -> None:
    assert [shares(model, 0, 100) for model in MODELS] == [[], [], []]


def test_touches_are_people_within_the_days_in_order() -> None:
    deliveries = [
        sent(1, clicked_at=NOW - HOUR, opened_at=NOW - 2 * HOUR),
        sent(5, opened_at=NOW - 3 * HOUR),
        sent(6, machine_at=NOW - HOUR),
        sent(7),
        sent(300, opened_at=NOW - 130 * HOUR),
        sent(301, opened_at=NOW - 130 * HOUR, clicked_at=NOW - 4 * HOUR),
        sent(8, opened_at=NOW + HOUR),
        sent(9, opened_at=NOW - HOUR, category="order_updates"),
    ]
    assert [one.id for one in touches(deliveries, NOW, 5, {"order_updates"})] == [
        "dlv_301",
        "dlv_05",
        "dlv_01",
    ]


@pytest.mark.parametrize(
    ("moment", "counts"), [(timedelta(days=5), True), (timedelta(days=5, milliseconds=1), False)]
)
def test_the_window_includes_its_last_moment(moment: timedelta, counts: bool) -> None:
    assert bool(touches([sent(400, opened_at=NOW - moment)], NOW, 5, ())) is counts


def test_of_very_many_touches_the_latest_share() -> None:
    many = [sent(number, opened_at=NOW - number * HOUR) for number in range(1, MOST + 5)]
    assert [one.id for one in touches(many, NOW, 5, ())] == [
        f"dlv_{number:02d}" for number in range(MOST, 0, -1)
    ]


def test_both_who_got_a_message_and_who_was_held_out_are_watched() -> None:
    held_out = {
        "state": State.NOT_SENT,
        "reason": Reason.HOLD_OUT,
        "attempted_at": None,
        "dispatch_id": "dsp_2",
    }
    deliveries = [
        sent(1, dispatch_id="dsp_1"),
        sent(2, **held_out),
        sent(3),
        sent(4, dispatch_id="dsp_1", state=State.FAILED),
        sent(5, **held_out | {"reason": Reason.CAPPED}),
        sent(6, dispatch_id="dsp_1", state=State.QUEUED),
        sent(121, dispatch_id="dsp_1"),
        sent(-1, dispatch_id="dsp_1"),
    ]
    assert {one.id for one in watched(deliveries, NOW, 5)} == {"dlv_01", "dlv_02"}
