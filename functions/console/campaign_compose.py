"""What the composer shows around its form: the steps, the shares of a test, when it goes, what stands in the way. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.campaign_calendar import Quiet
from console.campaign_texts import (
    WINNERS,
    audience_text,
    channels_text,
    moment_text,
    schedule_text,
)
from console.recurrence import read_rule
from regulars.campaigns import Finding
from regulars.campaigns.comparing import detectable
from regulars.campaigns.plan import Plan, Schedule, ScheduleKind

STEPS = (
    ("audience", "Audience"),
    ("message", "Message"),
    ("test", "Test"),
    ("timing", "Timing"),
    ("review", "Review"),
)
# Which step a finding belongs to, by the first part of its pointer.
STEP_OF: Mapping[str, str] = {
    "audience": "audience",
    "test": "test",
    "schedule": "timing",
    "throttle_per_minute": "timing",
    "resend": "timing",
}
# What mails are opened and clicked like where a shop has sent none yet, to say what a test can tell apart.
USUAL = {"open": 0.35, "click": 0.025, "conversion": 0.01, "revenue": 0.01}
# A rate that no message reaches: a test that needs it finds nothing.
_HOPELESS = 0.95
TONES = ("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7")


@dataclass(frozen=True)
class Step:
    key: str
    label: str
    note: str
    tone: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a bar 100 wide."""

    label: str
    value: str
    tone: str
    x: float
    width: float


@dataclass(frozen=True)
class Shares:
    parts: list[Part]
    spoken: str
    note: str = ""
    detectable: str = ""


@dataclass(frozen=True)
class Time:
    at: datetime
    words: str
    quiet: bool = False


@dataclass(frozen=True)
class Due:
    title: str
    words: str
    times: list[Time]
    notes: list[str]


def step_of(pointer: str) -> str:
    """The step in which what a pointer names is changed."""
    return STEP_OF.get(pointer.strip("/").partition("/")[0], "message")


def steps_of(plan: Plan, findings: Sequence[Finding], names: Mapping[str, str], zone: ZoneInfo) -> list[Step]:
    """The rail: each step with what was chosen, and whether something is missing in it."""
    notes = {
        "audience": audience_text(plan.audience, names),
        "message": channels_text(plan),
        "test": _test_note(plan),
        "timing": schedule_text(plan.schedule, zone),
        "review": "",
    }
    tones = {key: _tone([one for one in findings if step_of(one.pointer) == key]) for key, _ in STEPS}
    faults = sum(one.level == "fault" for one in findings)
    notes["review"] = f"{faults} to mend" if faults else "Ready"
    tones["review"] = "bad" if faults else "good"
    return [Step(key, label, notes[key] or "Not chosen yet", tones[key]) for key, label in STEPS]


def _tone(findings: Sequence[Finding]) -> str:
    levels = {one.level for one in findings}
    return "bad" if "fault" in levels else "warn" if levels else "good"


def _test_note(plan: Plan) -> str:
    parts = [f"{len(plan.variants)} variants"] if plan.variants else []
    parts += [f"{100 * plan.hold_out:g}% hold-out"] if plan.hold_out else []
    return ", ".join(parts) or "None"


def shares_of(plan: Plan, reachable: int | None = None, rate: float | None = None) -> Shares:
    """Who gets what, of all who may get it; `reachable` people and a `rate` so far say what the test can tell apart."""
    test = plan.test
    hold, share = plan.hold_out, test.share if test and test.variants else 1.0
    names = [one.name for one in plan.variants]
    each = (1 - hold) * share / len(names) if names else 0.0
    weights = [(name, each, TONES[at]) for at, name in enumerate(names)]
    rest = (1 - hold) * (1 - share) if names else 1 - hold
    weights += [("The winner" if names else "The message", rest, "rest")] if rest > 1e-9 else []
    weights += [("Hold-out, get nothing", hold, "hold")] if hold else []
    parts = _placed(weights)
    spoken = ", ".join(f"{one.label} {one.value}" for one in parts)
    return Shares(parts, spoken, _decided(plan), _found(plan, each, reachable, rate))


def _placed(weights: Iterable[tuple[str, float, str]]) -> list[Part]:
    parts: list[Part] = []
    x = 0.0
    for label, weight, tone in weights:
        width = round(100 * weight, 3)
        parts.append(Part(label, f"{100 * weight:.4g}%", tone, round(x, 3), width))
        x += width
    return parts


def _decided(plan: Plan) -> str:
    test = plan.test
    if test is None or not test.variants:
        return ""
    if not test.decides:
        return "Everybody is in the test: variants are compared, and nothing is left to send the winner to."
    most = dict(WINNERS)[test.winner.value]
    return (
        f"{test.after_hours:g} hours after the test has gone out, the variant with most {most} goes to the rest, "
        f"if each was sent to {test.minimum_sample:,} at the least."
    )


def _found(plan: Plan, each: float, reachable: int | None, rate: float | None) -> str:
    test = plan.test
    if test is None or not test.variants or not reachable:
        return ""
    usual = rate or USUAL[test.winner.value]
    people = int(reachable * each)
    rise = detectable(usual, people)
    metric = {"open": "opens", "click": "clicks"}.get(test.winner.value, "conversions")
    basis = f"with {people:,} in each and {metric} around {100 * usual:.2g}%"
    if usual + rise >= _HOPELESS:
        return f"Too few people {basis}: no difference could be told from chance."
    return f"It can tell {100 * usual:.2g}% from {100 * (usual + rise):.3g}% {basis} (5% error, 80% power)."


def due_of(schedule: Schedule, times: Sequence[datetime], zone: ZoneInfo, quiet: Quiet | None) -> Due:
    """When it goes: the moment, or the next occurrences spelled out."""
    own = schedule.zone == "recipient"
    shown = [
        Time(at, moment_text(at, zone), quiet is not None and quiet.holds(at.astimezone(zone).time()))
        for at in times
    ]
    notes = ["At this time on each recipient’s own clock; without a known zone, the shop’s."] if own else []
    if any(one.quiet for one in shown) and quiet is not None:
        notes.append(f"Quiet hours are {quiet.words}: what may not go then waits for their end.")
    match schedule.kind:
        case ScheduleKind.NOW:
            return Due("As soon as you say so", "It begins within seconds.", [], [])
        case ScheduleKind.BEST_HOUR:
            words = "Within a day of the start, each at the hour in which they open and click most."
            return Due("Each one’s best hour", words, shown, notes)
        case ScheduleKind.AT:
            return Due("It goes" if shown else "Choose when", "", shown, notes)
    repeat = read_rule(schedule.rrule)
    title = f"The next {len(shown)}" if len(shown) > 1 else "The next one" if shown else "It never comes"
    return Due(title, repeat.words + "." if repeat else "", shown, notes)
