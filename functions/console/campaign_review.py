"""The last step of the composer: the checklist, what will happen in sentences, and the button. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.campaign_compose import STEPS, step_of
from console.campaign_texts import CHANNELS, CHOICES, audience_text, moment_text, schedule_text
from console.campaign_texts import sentence as told
from regulars.campaigns import Finding
from regulars.campaigns.plan import Plan, Schedule, ScheduleKind


@dataclass(frozen=True)
class Line:
    """One line of the checklist; `href` leads to the place where it is mended."""

    tone: str
    icon: str
    text: str
    href: str = ""
    link: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Launch:
    """The last button: what it says, whether it can be pressed, and what it asks first."""

    label: str
    icon: str
    ready: bool
    why: str = ""
    ask: str = ""
    text: str = ""


def checklist(findings: Sequence[Finding], extra: Sequence[Line] = ()) -> list[Line]:
    """Faults, then warnings, then what else is to be known; a single line that all is well when there is nothing."""
    labels = dict(STEPS)
    lines = [
        Line(
            "bad" if one.level == "fault" else "warn",
            "circle-alert" if one.level == "fault" else "triangle-alert",
            told(one.detail),
            f"#{step_of(one.pointer)}",
            labels[step_of(one.pointer)],
        )
        for one in sorted(findings, key=lambda one: one.level)
    ]
    fine = [] if lines else [Line("good", "circle-check", "Everything that is needed is there.")]
    return [*fine, *lines, *extra]


def capped_line(capped: int, approx: str) -> list[Line]:
    """Who has had enough messages lately and would be passed over."""
    if not capped:
        return []
    text = f"{approx}{capped:,} have had as many messages as the caps allow, and would get nothing."
    return [Line("warn", "triangle-alert", text, "#audience", "Audience")]


def neighbour_lines(neighbours: Sequence[tuple[str, str, datetime]], zone: ZoneInfo) -> list[Line]:
    """Other campaigns (name, address, moment) that go out within a day of this one."""
    return [
        Line(
            "info",
            "calendar-days",
            f"“{name}” goes out within a day of it, {moment_text(at, zone)}.",
            href,
            "Look",
            "Who is in both may come up against the caps.",
        )
        for name, href, at in neighbours
    ]


def begins_at_once(plan: Plan) -> bool:
    """Whether it is sent rather than scheduled: best hours without a first moment begin at once, too."""
    schedule = plan.schedule
    return schedule.kind is ScheduleKind.NOW or (
        schedule.kind is ScheduleKind.BEST_HOUR and schedule.at is None
    )


def launch_of(
    plan: Plan, findings: Sequence[Finding], scheduled: bool, reachable: int | None, warned: str = ""
) -> Launch:
    """The button that sends or schedules; it asks first, and says what there is to be `warned` of."""
    faults = sum(one.level == "fault" for one in findings)
    why = f"{faults} point{'' if faults == 1 else 's'} above must be mended first." if faults else ""
    if begins_at_once(plan):
        whom = f"about {reachable:,} customers" if reachable else "the audience"
        return Launch(
            "Send now",
            "send",
            not faults,
            why,
            f"Send to {whom} now?",
            told(f"{warned} It can be paused or cancelled while it runs; what has gone out is out".strip()),
        )
    label = "Save the new schedule" if scheduled else "Schedule"
    ask = f"{label} all the same?" if warned else ""
    return Launch(label, "calendar-clock", not faults, why, ask, warned)


def story_of(plan: Plan, names: Mapping[str, str], zone: ZoneInfo, reachable: str) -> list[str]:
    """What will happen, in sentences: to whom, by what, when, how fast, and what comes after."""
    whom = audience_text(plan.audience, names) or "an audience that is not chosen yet"
    whom = whom[:1].lower() + whom[1:] if plan.audience.kind != "segment" else whom
    lines = [told(f"It goes to {whom}{f': {reachable}' if reachable else ''}")]
    nouns = [CHANNELS[one].noun for one in plan.all_channels]
    if nouns:
        how = f" {dict(CHOICES)[plan.choice.value]}" if len(plan.channels) > 1 else ""
        lines.append(told(f"They get {' or '.join(nouns)}{',' if how else ''}{how}"))
    lines.append(_when(plan.schedule, zone))
    if plan.throttle_per_minute:
        lines.append(f"At most {plan.throttle_per_minute:,} go out a minute.")
    if plan.resend:
        lines.append(
            f"After {plan.resend.after_hours:g} hours it goes once more to who has not opened the mail."
        )
    return lines


def _when(schedule: Schedule, zone: ZoneInfo) -> str:
    if schedule.kind is ScheduleKind.NOW:
        return "It begins at once."
    text = schedule_text(schedule, zone)
    if schedule.kind is ScheduleKind.RECURRING:
        return told(text)
    return told(f"It begins {text}" if schedule.kind is ScheduleKind.AT else text)
