"""Signals of providers and people: the delivery, the sums, the contact and the events move together, once."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel, Reason, State
from regulars.messaging.settings_model import ORDER_UPDATES
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.suppressions import suppressed
from regulars.messaging.tracking.applying import apply
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging.sent import day, gates, hours, links, now_of, sent, told
from tests.integration.pipeline.shop import events_of, new_customer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# 09:30 UTC is half past ten in Warsaw.
TODAY, ROW = "2026-03-10", "email#news#10#"


@pytest.fixture
def ann(shop: Tenant, now: datetime) -> str:
    return new_customer(shop, now)


def names(tenant: Tenant, customer_id: str) -> list[str]:
    return [one.name for one in events_of(tenant, [customer_id]) if one.name.startswith("message.")]


def test_a_delivery_counts_in_every_row(shop: Tenant, ann: str, now: datetime) -> None:
    delivery = sent(shop, ann, now, dispatch_id="dsp_01")

    apply(shop, told(delivery, SignalKind.DELIVERED, now + MINUTE), now)
    after = apply(shop, told(delivery, SignalKind.CLICKED, now + HOUR, "2"), now)

    assert after == now_of(shop, delivery)
    assert after.state is State.CLICKED
    counts = {"delivered": 1, "opened": 1, "clicked": 1}
    by_channel = {f"email_{name}": 1 for name in counts}
    assert gates(shop, "dsp_01") == by_channel
    assert day(shop, TODAY, ROW) == counts
    assert hours(shop, "dsp_01", "2026031009") == {"email_delivered": 1}
    assert hours(shop, "dsp_01", "2026031010") == {"email_opened": 1, "email_clicked": 1}
    assert links(shop, "dsp_01", "2") == {"email_clicked": 1}
    assert names(shop, ann) == ["message.opened", "message.clicked"]


def test_order_and_repetition_change_nothing(shop: Tenant, ann: str, now: datetime) -> None:
    kinds = (SignalKind.ACCEPTED, SignalKind.SOFT_BOUNCED, SignalKind.DELIVERED, SignalKind.OPENED)
    clicks = [(SignalKind.CLICKED, link) for link in ("1", "0", "1")]
    signals = [(kind, "") for kind in (*kinds, SignalKind.MACHINE_OPENED)] + clicks
    seen = []
    for seed in range(6):
        draw = random.Random(seed)
        one = sent(shop, ann, now, f"m{seed}", dispatch_id=f"dsp_{seed}", state=State.UNKNOWN, sent_at=None)
        all_told = [
            told(one, kind, now + number * 25 * MINUTE, link) for number, (kind, link) in enumerate(signals)
        ]
        for signal in draw.sample(all_told + all_told[:4], len(all_told) + 4) if seed else all_told:
            apply(shop, signal, now)
        after = now_of(shop, one)
        same = replace(after, id="", revision=0, dispatch_id="")
        by_hour = [hours(shop, f"dsp_{seed}", f"20260310{hour:02d}") for hour in range(9, 14)]
        by_link = [links(shop, f"dsp_{seed}", link) for link in "01"]
        seen.append((same, gates(shop, f"dsp_{seed}"), by_hour, by_link))

    assert all(one == seen[0] for one in seen)
    measures = ("sent", "delivered", "soft_bounced", "opened", "clicked", "machine")
    assert seen[0][1] == {"email_unknown": -1} | {f"email_{name}": 1 for name in measures}


def test_a_hundred_signals_at_once_count_once(shop: Tenant, ann: str, now: datetime) -> None:
    delivery = sent(shop, ann, now, dispatch_id="dsp_01")
    kinds = (SignalKind.DELIVERED, SignalKind.OPENED, SignalKind.CLICKED, SignalKind.MACHINE_OPENED)
    signals = [told(delivery, kind, now + MINUTE, "0") for kind in kinds] * 25

    with ThreadPoolExecutor(max_workers=20) as pool:
        for _ in pool.map(lambda one: apply(shop, one, now), signals):
            pass

    assert now_of(shop, delivery).state is State.CLICKED
    assert gates(shop, "dsp_01") == {
        f"email_{name}": 1 for name in ("delivered", "opened", "clicked", "machine")
    }
    assert links(shop, "dsp_01", "0") == {"email_clicked": 1}
    assert sorted(names(shop, ann)) == ["message.clicked", "message.opened"]
    assert sum(read_contact(shop, ann).engagement[Channel.EMAIL].engaged) == 10


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("kind", [SignalKind.CLICKED, SignalKind.BOUNCED, SignalKind.COMPLAINED])
def test_dying_at_any_call_neither_loses_nor_repeats(
    shop: Tenant, ann: str, now: datetime, kind: SignalKind, answered: bool
) -> None:
    survived = False
    for call in range(1, 60):
        delivery = sent(shop, ann, now, f"m{call}", dispatch_id=f"dsp_{call}", to=f"{call}@example.test")
        signal = told(delivery, kind, now + MINUTE, "0")
        try:
            with killed_at(call, answered=answered):
                apply(shop, signal, now)
            survived = True
        except KilledError:
            apply(shop, signal, now)
        measures = {
            SignalKind.CLICKED: ("delivered", "opened", "clicked"),
            SignalKind.BOUNCED: ("bounced",),
            SignalKind.COMPLAINED: ("complained",),
        }[kind]
        assert gates(shop, f"dsp_{call}") == {f"email_{name}": 1 for name in measures}
        here = (Channel.EMAIL, f"{call}@example.test")
        assert (here in suppressed(shop, [here])) is (kind is not SignalKind.CLICKED)
        if survived:
            break
    assert survived
    assert call > 3
    assert len(names(shop, ann)) == call * len(set(measures) - {"delivered"})


@pytest.mark.parametrize("state", [State.NOT_SENT, State.FAILED])
def test_what_was_never_sent_is_not_moved(shop: Tenant, ann: str, now: datetime, state: State) -> None:
    held_out = sent(shop, ann, now, state=state, reason=Reason.HOLD_OUT, sent_at=None, dispatch_id="dsp_01")
    for kind in SignalKind:
        assert apply(shop, told(held_out, kind, now, "0"), now) == held_out
    assert gates(shop, "dsp_01") == {}
    assert names(shop, ann) == []


def test_a_signal_of_no_delivery_is_ignored(
    shop: Tenant, other_tenant: Tenant, ann: str, now: datetime
) -> None:
    delivery = sent(shop, ann, now)
    assert apply(other_tenant, told(delivery, SignalKind.OPENED, now), now) is None
    unknown = Signal(DeliveryRef(ann, "dlv_01ARZ3NDEKTSV4RRFFQ69G5FAV"), SignalKind.OPENED, now)
    assert apply(shop, unknown, now) is None


def test_a_hard_bounce_suppresses_and_a_complaint_unsubscribes_too(
    shop: Tenant, ann: str, now: datetime
) -> None:
    apply(shop, told(sent(shop, ann, now, to="gone@example.test"), SignalKind.BOUNCED, now), now)
    assert not read_contact(shop, ann).consents
    apply(shop, told(sent(shop, ann, now, "m2"), SignalKind.COMPLAINED, now), now)

    here = [(Channel.EMAIL, "gone@example.test"), (Channel.EMAIL, "ann@example.test")]
    found = suppressed(shop, here)
    assert [found[one].reason.value for one in here] == ["hard_bounce", "complaint"]
    assert read_contact(shop, ann).consent(Channel.EMAIL).state.value == "withdrawn"


def test_soft_bounces_in_a_row_suppress_and_an_arrival_ends_the_row(
    shop: Tenant, ann: str, now: datetime
) -> None:
    def soft(key: str, *more: SignalKind) -> None:
        delivery = sent(shop, ann, now, key)
        for kind in (SignalKind.SOFT_BOUNCED, SignalKind.SOFT_BOUNCED, *more):
            apply(shop, told(delivery, kind, now), now)

    here = (Channel.EMAIL, "ann@example.test")
    soft("m1")
    soft("m2", SignalKind.DELIVERED)
    soft("m3")
    soft("m4")
    assert read_contact(shop, ann).strikes == {Channel.EMAIL: 2}
    assert not suppressed(shop, [here])
    soft("m5")
    assert suppressed(shop, [here])[here].reason.value == "soft_bounces"


def test_a_late_soft_bounce_of_what_arrived_is_no_strike(shop: Tenant, ann: str, now: datetime) -> None:
    delivery = sent(shop, ann, now)
    for kind in (SignalKind.DELIVERED, SignalKind.SOFT_BOUNCED):
        apply(shop, told(delivery, kind, now), now)
    assert not read_contact(shop, ann).strikes.get(Channel.EMAIL)


def test_interest_is_noted_once_at_the_customers_own_hour_of_sending(shop: Tenant, now: datetime) -> None:
    kim = new_customer(shop, now, "kim@example.test", time_zone="Asia/Tokyo")
    delivery = sent(shop, kim, now)
    for kind in (SignalKind.MACHINE_OPENED, SignalKind.OPENED, SignalKind.CLICKED):
        apply(shop, told(delivery, kind, now + 5 * HOUR, "0"), now)
    apply(shop, told(sent(shop, kim, now, "m2", category=ORDER_UPDATES), SignalKind.OPENED, now), now)

    engaged = read_contact(shop, kim).engagement[Channel.EMAIL].engaged
    assert {hour: count for hour, count in enumerate(engaged) if count} == {18: 10}


def test_a_clicks_event_names_the_page_and_nothing_personal(shop: Tenant, ann: str, now: datetime) -> None:
    delivery = sent(shop, ann, now)
    url = "https://kettle.test/mug?mail=ann@example.test#top"
    apply(shop, told(delivery, SignalKind.CLICKED, now, "4", detail=url), now)
    (event,) = [one for one in events_of(shop, [ann]) if one.name == "message.clicked"]
    assert (event.data["link"], event.data["url"]) == ("4", "https://kettle.test/mug")
