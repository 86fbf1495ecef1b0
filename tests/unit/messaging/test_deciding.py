"""Laws of the decision about a message (a second opinion on single decisions is in `oracle_of_decisions`)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.checks import CHECKS
from regulars.messaging.contact import Consent, ConsentState, Contact, Frequency, QuietHours, Recent
from regulars.messaging.deciding import Asked, Circumstances, Decision, Outcome, decide
from regulars.messaging.local_time import end_within, moment_of, next_start, zone_of
from regulars.messaging.model import Channel, Reason, Recipient
from regulars.messaging.settings_model import Cap, Category, Hours, MessagingSettings

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
NEWS = Category(key="promotions", name={"en": "Offers"})
ORDERS = Category(key="order_updates", name={"en": "Orders"}, transactional=True)
ANN = Recipient("cus_1", "Ann", "ann@example.test", "en", suspended=False)
AGREED = Contact("cus_1", consents=dict.fromkeys(Channel, Consent(ConsentState.GRANTED, NOW, "test")))
THERE = Circumstances(address="ann@example.test")
OFFERED = frozenset({Channel.EMAIL, Channel.SMS})
WARSAW, LONDON = "Europe/Warsaw", "Europe/London"
ZONES = ("Europe/Warsaw", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/Dublin")
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
# Hypothesis wants naive bounds.
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def asked(
    contact: Contact = AGREED,
    around: Circumstances = THERE,
    settings: MessagingSettings | None = None,
    now: datetime = NOW,
    channel: Channel = Channel.EMAIL,
    recipient: Recipient | None = ANN,
    zone: str = WARSAW,
    category: Category = NEWS,
    **more: object,
) -> Decision:
    wanted = Asked(category, OFFERED, **more)  # type: ignore[arg-type]
    return decide(wanted, channel, recipient, contact, settings or MessagingSettings(), around, zone, now)


def test_a_message_that_nothing_speaks_against_is_sent_with_all_that_was_checked() -> None:
    found = asked()
    assert found.outcome is Outcome.SEND
    assert all(check.passed for check in found.checks)
    assert {check.name for check in found.checks} <= CHECKS.keys()


@pytest.mark.parametrize(
    ("contact", "around", "reason"),
    [
        (AGREED, replace(THERE, address=""), Reason.NO_ADDRESS),
        (replace(AGREED, erased=True), THERE, Reason.NO_CUSTOMER),
        (replace(AGREED, categories={"promotions": False}), THERE, Reason.CATEGORY_OFF),
        (replace(AGREED, channels={Channel.EMAIL: False}), THERE, Reason.CHANNEL_OFF),
        (Contact("cus_1"), THERE, Reason.NO_CONSENT),
        (AGREED, replace(THERE, suppressed="manual"), Reason.SUPPRESSED),
        (AGREED, replace(THERE, marketing_paused="bounces"), Reason.MARKETING_PAUSED),
        (AGREED, replace(THERE, duplicate=True), Reason.DUPLICATE),
        (replace(AGREED, recent=(Recent(NOW, Channel.EMAIL, "x"),) * 2), THERE, Reason.CAPPED),
    ],
)
def test_what_speaks_against_marketing(contact: Contact, around: Circumstances, reason: Reason) -> None:
    found = asked(contact, around)
    assert (found.outcome, found.reason) == (Outcome.REFUSE, reason)
    assert [check.passed for check in found.checks][-1] is False
    exempt = asked(contact, around, category=ORDERS)
    always = {Reason.NO_ADDRESS, Reason.NO_CUSTOMER}
    assert exempt.outcome is (Outcome.REFUSE if reason in always else Outcome.SEND)


def test_orders_are_told_of_unless_the_address_is_dead() -> None:
    blocked = replace(THERE, suppressed="hard_bounce", blocked=True)
    assert asked(around=blocked, category=ORDERS).reason is Reason.SUPPRESSED


def test_a_message_that_has_lost_its_use_is_not_sent_whatever_it_is() -> None:
    for category in (NEWS, ORDERS):
        assert asked(category=category, expires_at=NOW).reason is Reason.EXPIRED


@pytest.mark.parametrize(
    ("state", "ordered", "outcome"),
    [
        (ConsentState.NONE, True, Outcome.SEND),
        (ConsentState.NONE, False, Outcome.REFUSE),
        (ConsentState.PENDING, False, Outcome.REFUSE),
        (ConsentState.WITHDRAWN, True, Outcome.REFUSE),
    ],
)
def test_a_soft_opt_in_needs_an_order_and_no_objection(
    state: ConsentState, ordered: bool, outcome: Outcome
) -> None:
    contact = Contact("cus_1", consents={Channel.EMAIL: Consent(state)})
    assert asked(contact, replace(THERE, ordered=ordered)).outcome is outcome


@given(
    st.lists(st.timedeltas(timedelta(0), timedelta(days=10)), max_size=12),
    st.integers(1, 5),
    st.integers(1, 200),
)
def test_a_cap_lets_pass_exactly_when_its_window_has_room(
    ages: list[timedelta], limit: int, hours: int
) -> None:
    recent = tuple(Recent(NOW - age, Channel.EMAIL, "promotions") for age in ages)
    within = sum(age < timedelta(hours=hours) for age in ages)
    settings = MessagingSettings(caps=[Cap(limit=limit, hours=hours)])
    found = asked(replace(AGREED, recent=recent), settings=settings)
    assert (found.outcome is Outcome.SEND) == (within < limit)


def test_caps_of_other_channels_and_categories_do_not_count() -> None:
    caps = [Cap(limit=1, hours=24, channel=Channel.SMS), Cap(limit=1, hours=24, category="newsletters")]
    recent = (Recent(NOW, Channel.SMS, "promotions"), Recent(NOW, Channel.EMAIL, "newsletters"))
    found = asked(replace(AGREED, recent=recent), settings=MessagingSettings(caps=caps))
    assert found.outcome is Outcome.SEND


@given(TIMES, TIMES, MOMENTS, st.sampled_from(ZONES))
def test_what_waits_for_quiet_hours_goes_at_a_moment_that_is_not_quiet(
    start: time, end: time, now: datetime, zone: str
) -> None:
    quiet = QuietHours(start, end)
    found = asked(replace(AGREED, quiet=quiet), now=now, zone=zone)
    if found.outcome is Outcome.SEND:
        assert end_within(quiet, now, ZoneInfo(zone)) is None
        return
    assert found.due_at is not None
    assert now < found.due_at <= now + timedelta(hours=26)
    again = asked(replace(AGREED, quiet=quiet), now=found.due_at, zone=zone)
    assert again.outcome is Outcome.SEND


@given(TIMES, TIMES, MOMENTS, st.sampled_from(ZONES))
def test_what_waits_for_the_send_window_goes_inside_it(
    start: time, end: time, now: datetime, zone: str
) -> None:
    settings = MessagingSettings(send_window=Hours(start=start, end=end))
    found = asked(settings=settings, now=now, zone=zone)
    if found.outcome is Outcome.DEFER:
        assert found.reason is Reason.SEND_WINDOW
        assert found.due_at is not None
        assert asked(settings=settings, now=found.due_at, zone=zone).outcome is Outcome.SEND


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), TIMES, st.sampled_from(ZONES))
def test_a_wall_clock_time_is_one_moment(day: date, at: time, zone: str) -> None:
    found = moment_of(day, at, ZoneInfo(zone))
    shown = found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wall = datetime.combine(day, at)
    # What the clock leaves out stands for the first moment after the gap.
    assert shown >= wall
    before = (found - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < wall


def test_a_time_left_out_is_the_end_of_the_gap_and_one_that_comes_twice_the_first() -> None:
    warsaw = ZoneInfo(WARSAW)
    assert moment_of(date(2026, 3, 29), time(2, 30), warsaw) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert moment_of(date(2026, 10, 25), time(2, 30), warsaw) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_unknown_zone_is_the_shops_and_then_utc() -> None:
    assert zone_of("Mars/Olympus", LONDON).key == LONDON
    assert zone_of("", "nonsense").key == "UTC"
    quiet = replace(AGREED, quiet=QuietHours(time(9), time(11)))
    lost = replace(ANN, zone="Mars/Olympus")
    assert asked(quiet, recipient=lost).due_at == datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert asked(quiet, recipient=replace(ANN, zone="America/New_York")).outcome is Outcome.SEND


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        (Frequency.DAILY, datetime(2026, 3, 11, 8, tzinfo=UTC)),
        (Frequency.WEEKLY, datetime(2026, 3, 16, 8, tzinfo=UTC)),
        (Frequency.MONTHLY, datetime(2026, 4, 1, 7, tzinfo=UTC)),
    ],
)
def test_digests_are_due_at_the_local_hour(frequency: Frequency, due: datetime) -> None:
    found = asked(replace(AGREED, frequency={"promotions": frequency}))
    assert (found.outcome, found.reason, found.due_at) == (Outcome.DEFER, Reason.DIGEST, due)
    assert asked(replace(AGREED, frequency={"": frequency}), collected=True).outcome is Outcome.SEND


def test_what_would_wait_beyond_its_use_is_not_sent() -> None:
    contact = replace(AGREED, frequency={"": Frequency.MONTHLY})
    assert asked(contact, expires_at=NOW + timedelta(days=2)).reason is Reason.EXPIRED


def test_next_start_lies_ahead() -> None:
    span = Hours(start=time(8), end=time(20))
    night = datetime(2026, 3, 10, 23, tzinfo=UTC)
    assert next_start(span, night, ZoneInfo("UTC")) == datetime(2026, 3, 11, 8, tzinfo=UTC)
