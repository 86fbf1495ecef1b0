"""When and by which channel to write: learned, tried out, and said in words."""

import math
import random
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.analytics_model import Cell
from regulars.messaging.best_times import open_hours
from regulars.messaging.contact import Contact, Engagement
from regulars.messaging.model import Channel
from regulars.messaging.prior_model import hour_prior, prior_from
from regulars.messaging.settings_model import Hours, MessagingSettings
from regulars.messaging.timing import (
    DEFAULT_HOUR,
    MEMORY,
    NO_PRIOR,
    ONE,
    HourPrior,
    channel_choice,
    hour_choice,
    noted_engagement,
    noted_send,
)

DAYTIME = range(7, 22)
FLAT = HourPrior((0.2,) * 24, 1000)


def learned(*messages: tuple[int, bool], channel: Channel = Channel.EMAIL) -> Contact:
    contact = Contact("cus_01")
    for hour, engaged in messages:
        contact = noted_send(contact, channel, hour)
        contact = noted_engagement(contact, channel, hour) if engaged else contact
    return contact


def of(contact: Contact, channel: Channel = Channel.EMAIL) -> Engagement:
    return contact.engagement.get(channel, Engagement())


def interest(hour: int, peak: int, width: float) -> float:
    """The chance that somebody whose best hour is `peak` takes an interest in a message at `hour`."""
    apart = min((hour - peak) % 24, (peak - hour) % 24)
    return 0.08 + 0.35 * math.exp(-(apart**2) / (2 * width**2))


@pytest.mark.parametrize("width", [1.5, 2.5])
def test_the_rule_finds_hidden_hours(width: float) -> None:
    """120 customers, 80 messages each, in 15 hours: the last quarter against choosing at random, and against knowing."""
    world = random.Random(7)
    engaged = [0] * 80
    best = at_random = 0.0
    for customer in range(120):
        peak = world.choice(DAYTIME)
        shares = [interest(hour, peak, width) for hour in range(24)]
        best += max(shares[hour] for hour in DAYTIME)
        at_random += sum(shares[hour] for hour in DAYTIME) / len(DAYTIME)
        contact = Contact(f"cus_{customer}")
        for number in range(80):
            hour = hour_choice(of(contact), FLAT, f"m{number}#{customer}", DAYTIME).hour
            contact = noted_send(contact, Channel.EMAIL, hour)
            if world.random() < shares[hour]:
                engaged[number] += 1
                contact = noted_engagement(contact, Channel.EMAIL, hour)
    first, last = sum(engaged[:20]) / 20, sum(engaged[60:]) / 20
    assert last > 1.6 * at_random
    assert last > 0.7 * best
    # Nor does learning cost anything against choosing at random.
    assert first > 0.95 * at_random


def test_the_shops_hours_guide_those_of_whom_nothing_is_known() -> None:
    """Everybody likes the evening, as in the shop's figures: the first message already does better than at random."""
    prior = HourPrior(tuple(interest(hour, 19, 2) for hour in range(24)), 5000)
    chosen = [hour_choice(Engagement(), prior, f"m#{customer}", DAYTIME) for customer in range(400)]
    found = sum(interest(one.hour, 19, 2) for one in chosen) / len(chosen)
    at_random = sum(interest(hour, 19, 2) for hour in DAYTIME) / len(DAYTIME)
    assert found > 1.3 * at_random
    assert {one.basis for one in chosen} == {"shop"}
    assert len({one.hour for one in chosen}) > 3


seeds = st.text(max_size=20)
pasts = st.lists(st.tuples(st.integers(0, 23), st.booleans()), max_size=30)
open_at = st.sets(st.integers(0, 23), min_size=1)


@given(pasts, seeds, open_at)
def test_the_same_message_and_customer_choose_the_same_open_hour(
    past: list[tuple[int, bool]], seed: str, hours: set[int]
) -> None:
    engagement = of(learned(*past))
    choice = hour_choice(engagement, FLAT, seed, hours)
    assert choice == hour_choice(engagement, FLAT, seed, sorted(hours, reverse=True))
    assert choice.hour in hours
    assert all(0 < share < 1 for share in choice.hours)


@given(pasts, st.sampled_from(range(24)))
def test_more_interest_at_an_hour_never_makes_it_look_worse(past: list[tuple[int, bool]], hour: int) -> None:
    before = hour_choice(of(learned(*past)), FLAT).hours[hour]
    after = hour_choice(of(learned(*past, (hour, True))), FLAT).hours[hour]
    assert after > before


@given(st.lists(st.tuples(st.integers(0, 23), st.booleans()), max_size=300))
def test_memory_fades_and_never_counts_more_engaged_than_sent(past: list[tuple[int, bool]]) -> None:
    engagement = of(learned(*past))
    assert sum(engagement.sent) <= MEMORY * ONE + ONE
    assert all(
        0 <= engaged <= sent for engaged, sent in zip(engagement.engaged, engagement.sent, strict=True)
    )


def test_new_habits_win_over_old_ones() -> None:
    old, new = [(9, True)] * 60, [(9, False), (20, True)] * 60
    assert hour_choice(of(learned(*old)), FLAT).hour == 9
    assert hour_choice(of(learned(*old, *new)), FLAT).hour == 20


def test_without_anything_known_it_is_the_default_or_the_open_hour_next_to_it() -> None:
    choice = hour_choice(Engagement(), NO_PRIOR, "seed")
    assert (choice.hour, choice.basis, choice.tried) == (DEFAULT_HOUR, "default", False)
    assert hour_choice(Engagement(), NO_PRIOR, "seed", [6, 12, 13]).hour == 12
    assert hour_choice(Engagement(), NO_PRIOR, "seed", [23, 0]).hour == 0


def test_a_choice_says_why() -> None:
    known = hour_choice(of(learned(*[(18, True)] * 8, *[(9, False)] * 8)), FLAT)
    assert known.hour == 18
    assert known.explanation == (
        "This customer took an interest in 8 of 16 messages lately; at 18:00 about 73% are expected to be opened or "
        "clicked, which is the best hour."
    )
    seeds_tried = (
        hour_choice(of(learned((18, True))), FLAT, f"m{number}#cus", DAYTIME) for number in range(50)
    )
    tried = next(one for one in seeds_tried if one.tried)
    assert f"This time {tried.hour:02d}:00 is tried" in tried.explanation
    assert "is known of this customer or of the shop yet" in hour_choice(Engagement(), NO_PRIOR).explanation
    assert "the shop sent 1000 messages lately" in hour_choice(Engagement(), FLAT).explanation


EMAIL_AND_SMS = (Channel.EMAIL, Channel.SMS)


def test_the_channel_that_engages_comes_first() -> None:
    by_mail, by_text = of(learned(*[(9, False)] * 10)), of(learned(*[(9, True)] * 5))
    choice = channel_choice({Channel.EMAIL: by_mail, Channel.SMS: by_text}, {}, EMAIL_AND_SMS)
    assert (choice.channels, choice.basis, choice.tried) == ((Channel.SMS, Channel.EMAIL), "customer", False)
    assert "sms" in choice.explanation


def test_channels_fall_back_to_the_shops_best_and_then_to_the_order_asked_for() -> None:
    shop = channel_choice({}, {Channel.SMS: 0.5, Channel.EMAIL: 0.2}, EMAIL_AND_SMS)
    assert (shop.channels[0], shop.basis) == (Channel.SMS, "shop")
    nothing = channel_choice({}, {}, EMAIL_AND_SMS, "seed")
    assert (nothing.channels, nothing.basis) == (EMAIL_AND_SMS, "default")


@given(seeds)
def test_channels_are_tried_out_the_same_for_the_same_seed(seed: str) -> None:
    shares = {Channel.SMS: 0.3, Channel.EMAIL: 0.25}
    choice = channel_choice({}, shares, EMAIL_AND_SMS, seed)
    assert choice == channel_choice({}, shares, EMAIL_AND_SMS, seed)
    assert sorted(choice.channels) == sorted(EMAIL_AND_SMS)


def cell(hour: int, sent: int, opened: int, template: str = "news", channel: str = "email") -> Cell:
    return Cell(date(2026, 3, 9), channel, template, hour, {"sent": sent, "opened": opened})


def test_a_prior_is_the_shops_share_moved_by_the_hour() -> None:
    prior = hour_prior([cell(9, 1000, 100), cell(19, 1000, 300), cell(3, 2, 2)])
    assert prior.shares[19] > 0.25 > prior.shares[9]
    # Two lucky messages at night say next to nothing.
    assert prior.shares[3] == pytest.approx(prior.shares[4], rel=0.1)


def test_templates_that_are_always_opened_do_not_make_their_hour_look_good() -> None:
    prior = hour_prior([cell(9, 1000, 200), cell(15, 1000, 200), cell(15, 5000, 4500, "order_confirmation")])
    assert prior.shares[15] == pytest.approx(prior.shares[9], rel=0.01)


def test_a_channel_hardly_used_says_nothing() -> None:
    prior = prior_from([cell(9, 100, 90), cell(9, 1000, 90, channel="sms")])
    assert (prior.of(Channel.EMAIL).known, prior.of(Channel.SMS).known) == (False, True)
    assert set(prior.shares) == {Channel.SMS}
    assert prior.of(Channel.PUSH) == NO_PRIOR


def test_hours_are_those_at_which_marketing_may_be_sent() -> None:
    assert open_hours(MessagingSettings(), Channel.EMAIL) == list(range(7, 22))
    assert open_hours(MessagingSettings(), Channel.SMS) == list(range(8, 21))
    night = MessagingSettings(send_window=Hours(start=time(22), end=time(2)), quiet_hours=None)
    assert open_hours(night, Channel.EMAIL) == [0, 1, 22, 23]
    never = MessagingSettings(send_window=Hours(start=time(22), end=time(23)))
    assert open_hours(never, Channel.SMS) == list(range(24))
