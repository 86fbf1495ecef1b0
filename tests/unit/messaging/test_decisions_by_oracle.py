"""The decision against a second one, written without sight of it, over every wish, rule, zone and hour."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.messaging.contact import Consent, ConsentState, Contact, Frequency, QuietHours, Recent
from regulars.messaging.deciding import Asked, Circumstances, Decision, Outcome, decide
from regulars.messaging.model import Channel, Reason, Recipient
from regulars.messaging.settings_model import Cap, Category, Hours, MessagingSettings
from tests.unit.messaging.oracle_of_decisions import Scene, Verdict, judge

ZONES = (
    "Europe/London",
    "Europe/Warsaw",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
CATEGORIES = ("order_updates", "promotions", "newsletters", "own")
# The nights of clock changes, and some day.
NIGHTS = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 7, 14, 12, tzinfo=UTC),
)


def clock_times() -> st.SearchStrategy[time]:
    return st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))


def hours() -> st.SearchStrategy[Hours]:
    return st.builds(Hours, start=clock_times(), end=clock_times())


def caps() -> st.SearchStrategy[Cap]:
    return st.builds(
        Cap,
        limit=st.integers(1, 3),
        hours=st.sampled_from((1, 24, 168)),
        channel=st.none() | st.sampled_from(Channel),
        category=st.none() | st.sampled_from(CATEGORIES),
    )


@st.composite
def scenes(draw: Any) -> Scene:
    now = draw(st.sampled_from(NIGHTS)) + timedelta(seconds=draw(st.integers(-90_000, 90_000)))
    rules = st.sampled_from(("opt_in", "soft_opt_in", "opt_out"))
    own = Category(key="own", name={"en": "Own"}, on=draw(st.booleans()))
    given_settings = MessagingSettings(
        categories=[*MessagingSettings().categories, own],
        consent=draw(st.dictionaries(st.sampled_from(Channel), rules)),
        caps=draw(st.lists(caps(), max_size=3)),
        quiet_hours=draw(st.none() | hours()),
        quiet_channels=draw(st.lists(st.sampled_from(Channel), unique=True)),
        send_window=draw(st.none() | hours()),
        digest_hour=draw(st.integers(0, 23)),
    )
    contact = Contact(
        "cus_1",
        channels=draw(st.dictionaries(st.sampled_from(Channel), st.booleans(), max_size=3)),
        categories=draw(st.dictionaries(st.sampled_from(CATEGORIES), st.booleans(), max_size=3)),
        frequency=draw(
            st.dictionaries(st.sampled_from(("", *CATEGORIES)), st.sampled_from(Frequency), max_size=1)
        ),
        quiet=draw(st.none() | st.builds(QuietHours, clock_times(), clock_times())),
        consents=draw(
            st.dictionaries(st.sampled_from(Channel), st.builds(Consent, st.sampled_from(ConsentState)))
        ),
        recent=tuple(draw(st.lists(recents(now), max_size=4))),
        erased=draw(rarely()),
    )
    return Scene(
        given_settings,
        contact,
        draw(st.sampled_from(Channel)),
        draw(st.sampled_from(CATEGORIES)),
        now,
        zone=draw(st.sampled_from((*ZONES, "", "Mars/Olympus"))),
        tenant_zone=draw(st.sampled_from(ZONES)),
        address=not draw(rarely()),
        content=not draw(rarely()),
        suspended=draw(rarely()),
        orders=draw(st.integers(0, 1)),
        suppressed=draw(st.sampled_from(("", "", "", "hard_bounce", "complaint", "manual", "stopped"))),
        paused=draw(rarely()),
        expires_at=draw(st.none() | st.just(now + timedelta(hours=draw(st.integers(-1, 12))))),
    )


def rarely() -> st.SearchStrategy[bool]:
    return st.integers(0, 11).map(lambda drawn: drawn == 0)


def recents(now: datetime) -> st.SearchStrategy[Recent]:
    ago = st.sampled_from((59, 60, 61, 23 * 60, 24 * 60, 7 * 24 * 60, 8 * 24 * 60)).map(
        lambda m: timedelta(minutes=m)
    )
    return st.builds(
        lambda back, channel, category: Recent(now - back, channel, category),
        ago,
        st.sampled_from(Channel),
        st.sampled_from(CATEGORIES),
    )


def decided(scene: Scene) -> Decision:
    category = scene.settings.category(scene.category)
    assert category is not None
    recipient = Recipient(
        "cus_1", "Ada", "ada@example.com", "en", scene.suspended, "+441632960000", scene.zone
    )
    blocked = scene.suppressed in ("hard_bounce", "complaint", "stopped")
    return decide(
        Asked(category, frozenset({scene.channel} if scene.content else ()), expires_at=scene.expires_at),
        scene.channel,
        recipient,
        scene.contact,
        scene.settings,
        Circumstances(
            address="somewhere" if scene.address else "",
            suppressed=scene.suppressed,
            blocked=blocked,
            ordered=scene.orders > 0,
            marketing_paused="bounces" if scene.paused else "",
        ),
        scene.tenant_zone,
        scene.now,
    )


def verdict_of(decision: Decision, scene: Scene) -> Verdict:
    if decision.outcome is Outcome.REFUSE:
        return Verdict(refused=decision.reason)
    return Verdict(due=decision.due_at or scene.now)


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_the_decision_is_that_of_the_oracle(scene: Scene) -> None:
    expected, decision = judge(scene), decided(scene)
    found = verdict_of(decision, scene)
    if found.refused is Reason.SEND_WINDOW:
        # Quiet hours and window leave no minute: either of them may be named.
        found = Verdict(refused=Reason.QUIET_HOURS)
    assert (found.refused, found.due) == (expected.refused, expected.due), (expected, decision)
    if decision.outcome is Outcome.DEFER:
        assert decision.reason in expected.waits_for


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_every_check_up_to_the_decision_is_explained(scene: Scene) -> None:
    decision = decided(scene)
    assert decision.checks
    assert all(check.passed for check in decision.checks[:-1]) or decision.reason is Reason.EXPIRED
    assert decision.checks[-1].passed is (decision.outcome is Outcome.SEND)
    assert decision.explanation


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_what_was_put_off_is_not_put_off_again_for_the_same_reason(scene: Scene) -> None:
    decision = decided(scene)
    if decision.outcome is not Outcome.DEFER or decision.due_at is None:
        return
    assert decision.due_at > scene.now
    if decision.reason is not Reason.DIGEST:
        zone = ZoneInfo(scene.zone if scene.zone in ZONES else scene.tenant_zone)
        assert decision.due_at.astimezone(zone).tzinfo is zone
