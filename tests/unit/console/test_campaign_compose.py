"""What the composer says around its form."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from console.campaign_calendar import Quiet
from console.campaign_compose import due_of, shares_of, step_of, steps_of
from console.campaign_reach import Seen, cost_of, costs_of, read_seen
from console.campaign_review import (
    begins_at_once,
    capped_line,
    checklist,
    launch_of,
    neighbour_lines,
    story_of,
)
from console.campaign_texts import audience_text, schedule_text
from regulars.campaigns import Finding
from regulars.campaigns.plan import Audience, Plan, Schedule
from regulars.messaging import MessagingSettings

LONDON = ZoneInfo("Europe/London")
NAMES = {"seg_1": "Loyal", "seg_2": "VIP", "seg_9": "Bought lately"}
FAULT = Finding("/audience", "fault", "choose who gets it")
WARNING = Finding("/test/variants", "warning", "two variants are the same in all but the name")


def plan(**given: Any) -> Plan:
    return Plan.model_validate(given)


def test_a_step_is_marked_by_the_worst_that_is_found_in_it() -> None:
    steps = {one.key: one for one in steps_of(plan(), [FAULT, WARNING], NAMES, LONDON)}
    assert [steps[key].tone for key in ("audience", "message", "test", "review")] == [
        "bad",
        "good",
        "warn",
        "bad",
    ]
    assert steps["review"].note == "1 to mend"
    assert steps["timing"].note == "When you say so"


def test_a_finding_leads_to_the_step_where_it_is_mended() -> None:
    pointers = (
        "/audience/exclude/0",
        "/schedule/rrule",
        "/resend",
        "/test/variants/1/template",
        "/category",
        "/nowhere",
    )
    assert [step_of(one) for one in pointers] == [
        "audience",
        "timing",
        "timing",
        "test",
        "message",
        "message",
    ]
    lines = checklist([WARNING, FAULT])
    assert [(one.tone, one.href, one.text) for one in lines] == [
        ("bad", "#audience", "Choose who gets it."),
        ("warn", "#test", "Two variants are the same in all but the name."),
    ]
    assert [one.tone for one in checklist([])] == ["good"]


@given(
    st.integers(2, 8),
    st.floats(0.01, 1),
    st.floats(0, 0.5),
)
def test_shares_are_a_whole_and_stand_side_by_side(count: int, share: float, hold_out: float) -> None:
    variants = [{"name": f"V{at}"} for at in range(count)]
    shown = shares_of(plan(test={"variants": variants, "share": share, "hold_out": hold_out}), 10_000)
    assert abs(sum(one.width for one in shown.parts) - 100) < 0.05
    for before, after in zip(shown.parts, shown.parts[1:], strict=False):
        assert abs(before.x + before.width - after.x) < 0.01


def test_without_a_test_the_message_goes_to_all() -> None:
    assert [(one.label, one.value) for one in shares_of(plan()).parts] == [("The message", "100%")]
    held = shares_of(plan(test={"hold_out": 0.1}))
    assert [one.value for one in held.parts] == ["90%", "10%"]


def test_what_a_test_can_tell_apart_depends_on_how_many_take_part() -> None:
    given = plan(test={"variants": [{"name": "A"}, {"name": "B"}], "winner": "open"})
    assert "Too few people" in shares_of(given, 10).detectable
    assert "It can tell 35% from" in shares_of(given, 20_000).detectable
    assert shares_of(given).detectable == ""


def test_the_times_are_spelled_out_and_quiet_ones_marked() -> None:
    schedule = Schedule.model_validate(
        {"kind": "recurring", "at": "2026-11-26T22:00:00Z", "rrule": "FREQ=WEEKLY;BYDAY=TH"}
    )
    moments = [datetime(2026, 11, 26, 22, tzinfo=UTC), datetime(2026, 12, 3, 12, tzinfo=UTC)]
    due = due_of(schedule, moments, LONDON, Quiet(time(21), time(8)))
    assert due.title == "The next 2"
    assert due.words == "Every week on Thursday."
    assert [(one.words, one.quiet) for one in due.times] == [
        ("Thu 26 Nov 2026, 22:00", True),
        ("Thu 3 Dec 2026, 12:00", False),
    ]
    assert any("21:00–08:00" in note for note in due.notes)


def test_the_last_button_says_what_it_does_and_what_stands_in_the_way() -> None:
    now, later = plan(), plan(schedule={"kind": "at", "at": "2026-12-01T09:00:00Z"})
    assert launch_of(now, [], False, 1200).ask == "Send to about 1,200 customers now?"
    assert launch_of(later, [], False, None).label == "Schedule"
    refused = launch_of(now, [FAULT, WARNING], False, None)
    assert (refused.ready, refused.why) == (False, "1 point above must be mended first.")


def test_best_hours_without_a_day_begin_at_once() -> None:
    assert begins_at_once(plan())
    assert begins_at_once(plan(schedule={"kind": "best_hour"}))
    assert not begins_at_once(plan(schedule={"kind": "best_hour", "at": "2026-12-01T09:00:00Z"}))


def test_the_story_names_whom_what_and_when() -> None:
    given = plan(
        audience={"segment": "seg_1", "exclude": ["seg_9"]},
        channels=["email", "sms"],
        schedule={"kind": "at", "at": "2026-07-01T08:00:00Z", "zone": "recipient"},
        throttle_per_minute=500,
        resend={"after_hours": 48},
    )
    told = story_of(given, NAMES, LONDON, "8 of 9 would get it now")
    assert told == [
        "It goes to Loyal, without Bought lately: 8 of 9 would get it now.",
        "They get mails or text messages, on the first channel that reaches them.",
        "It begins Wed 1 Jul 2026, 09:00 in each one’s time.",
        "At most 500 go out a minute.",
        "After 48 hours it goes once more to who has not opened the mail.",
    ]


def test_audiences_and_schedules_in_words() -> None:
    rule = {
        "version": 1,
        "root": {"type": "all", "of": [{"type": "segment", "segment": one} for one in ("seg_1", "gone")]},
    }
    assert audience_text(Audience(rule=rule), NAMES) == "Loyal and a deleted segment"
    assert audience_text(Audience(all=True), NAMES) == "Everyone"
    assert audience_text(Audience(), NAMES) == ""
    often = {"kind": "recurring", "at": "2026-11-26T10:00:00Z", "rrule": "FREQ=WEEKLY;BYDAY=TH"}
    assert schedule_text(Schedule.model_validate(often), LONDON) == "Every week on Thursday at 10:00"


def test_costs_are_those_of_the_settings_and_the_budget_is_watched() -> None:
    settings = MessagingSettings()
    assert cost_of({"email": 10_000, "sms": 100, "nonsense": 5}, settings, "GBP") == 600
    seen = Seen(200, 100, "≈ ", {"sms": 100})
    rows = dict(costs_of(plan(cost=1000, budget=1200), seen, settings, "GBP"))
    assert rows == {"Messages": "≈ £5.00", "Other costs": "£10.00", "Over budget": "£3.00"}
    assert costs_of(plan(), Seen(), settings, "GBP") == []


def test_what_the_browser_kept_of_a_count_is_believed_only_where_it_can_be_read() -> None:
    kept = '{"total": 9, "reachable": 8, "approx": "", "channels": {"email": 8}}'
    assert read_seen(kept).words == "8 of 9 would get it now"
    for text in ("", "[]", "null", '{"total": "x"}', '{"channels": 3}', "[" * 50_000):
        assert read_seen(text) == Seen()


def test_caps_and_other_campaigns_on_the_day_are_pointed_out() -> None:
    assert capped_line(0, "") == []
    assert capped_line(12, "≈ ")[0].text.startswith("≈ 12 have had as many messages as the caps allow")
    (line,) = neighbour_lines(
        [("Winter", "/console/campaigns/cmp_9", datetime(2026, 11, 26, 10, tzinfo=UTC))], LONDON
    )
    assert line.text == "“Winter” goes out within a day of it, Thu 26 Nov 2026, 10:00."
    assert line.href == "/console/campaigns/cmp_9"
