"""Signals come late, twice and in any order; what they lead to does not depend on it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.model import Channel, Delivery, Reason, State
from regulars.messaging.signals import MEASURES, DeliveryRef, Signal, SignalKind, advance

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
REF = DeliveryRef("cus_01", "dlv_01")
_SETTLED = Delivery(
    "dlv_01", "cus_01", Channel.EMAIL, "news", "", State.SENT, NOW, sent_at=NOW, attempted_at=NOW
)
STARTS = {
    "sent": _SETTLED,
    "sending": replace(_SETTLED, state=State.SENDING, sent_at=None),
    "unknown": replace(
        _SETTLED, state=State.UNKNOWN, sent_at=None, reason=Reason.ANSWER_LOST, finished_at=NOW
    ),
    "of old": replace(_SETTLED, state=State.QUEUED, sent_at=None, attempted_at=None),
}


def signal(kind: SignalKind, seconds: int = 60, link: str = "", detail: str = "") -> Signal:
    return Signal(REF, kind, NOW + timedelta(seconds=seconds), link=link, detail=detail, provider="ses")


# A refusal and an arrival exclude each other, in the world as here.
signals = st.lists(
    st.builds(
        signal,
        st.sampled_from([kind for kind in SignalKind if kind is not SignalKind.REJECTED]),
        st.integers(0, 200_000),
        st.sampled_from(["0", "1", "2.0"]),
    ),
    max_size=8,
    unique_by=lambda one: (one.kind, one.at),
)


def fold(start: Delivery, told: list[Signal]) -> tuple[Delivery, Counter[str], Counter[str]]:
    """The delivery, what was counted, and in which hours."""
    counts: Counter[str] = Counter()
    hours: Counter[str] = Counter()
    for one in told:
        step = advance(start, one)
        counts.update(step.measures)
        counts["link"] += bool(step.link)
        counts["unknown"] -= step.found
        for noted in step.noted:
            hours[f"{noted.measure} {noted.at:%d %H}"] += 1
            if noted.was is not None:
                hours[f"{noted.measure} {noted.was:%d %H}"] -= 1
        start = step.delivery
    return start, +counts, +hours


@given(st.sampled_from(sorted(STARTS)), signals, st.data())
def test_order_and_repetition_of_signals_change_nothing(
    start: str, told: list[Signal], data: st.DataObject
) -> None:
    again = told + data.draw(st.lists(st.sampled_from(told), max_size=5)) if told else []
    shuffled = data.draw(st.permutations(again))

    once, otherwise = fold(STARTS[start], told), fold(STARTS[start], shuffled)

    assert otherwise == once
    delivery, counts, hours = once
    moments = {name: getattr(delivery, name) for name in MEASURES if getattr(STARTS[start], name) is None}
    noted = {MEASURES[name]: at for name, at in moments.items() if at is not None}
    assert {name: counts[name] for name in noted} == dict.fromkeys(noted, 1)
    assert counts["link"] == len(delivery.clicked_links)
    assert hours == Counter(f"{name} {at:%d %H}" for name, at in noted.items())


@pytest.mark.parametrize("state", [State.NOT_SENT, State.FAILED])
@pytest.mark.parametrize("kind", SignalKind)
def test_what_was_decided_against_or_refused_is_never_moved(state: State, kind: SignalKind) -> None:
    held_out = replace(_SETTLED, state=state, reason=Reason.HOLD_OUT, sent_at=None, attempted_at=None)
    assert not advance(held_out, signal(kind)).moved


def test_who_clicks_has_opened_and_who_opens_has_received() -> None:
    step = advance(_SETTLED, signal(SignalKind.CLICKED, link="3"))
    assert step.measures == ("delivered", "opened", "clicked")
    assert step.delivery.state is State.CLICKED
    assert step.delivery.clicked_links == ("3",)


def test_a_machine_counts_as_a_machine_only() -> None:
    step = advance(_SETTLED, signal(SignalKind.MACHINE_CLICKED, link="3"))
    assert (step.measures, step.delivery.state, step.delivery.clicked_links) == (("machine",), State.SENT, ())


def test_a_refusal_after_acceptance_fails_the_delivery_but_not_one_that_arrived() -> None:
    refused = advance(STARTS["sending"], signal(SignalKind.REJECTED, detail="virus"))
    assert refused.measures == ("sent", "failed")
    assert (refused.delivery.state, refused.delivery.reason) == (State.FAILED, Reason.REJECTED)
    arrived = advance(_SETTLED, signal(SignalKind.DELIVERED)).delivery
    assert not advance(arrived, signal(SignalKind.REJECTED)).moved


def test_our_own_clock_says_when_it_was_sent() -> None:
    late = advance(STARTS["unknown"], signal(SignalKind.DELIVERED, 300))
    assert late.delivery.sent_at == NOW
    assert late.found


def test_the_earliest_words_about_a_bounce_stand() -> None:
    told = [signal(SignalKind.BOUNCED, 90, detail="second"), signal(SignalKind.BOUNCED, 60, detail="first")]
    delivery, _, _ = fold(_SETTLED, told)
    assert delivery.explanation.endswith("(first)")
