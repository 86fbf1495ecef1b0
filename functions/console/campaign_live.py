"""A campaign while it goes out: how far it is, how fast, what became of everybody so far. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.campaign_report import people_path
from console.formats import duration, number
from regulars.campaigns.figures import Figures
from regulars.campaigns.model import Campaign, Phase, Run, Status


@dataclass(frozen=True)
class Live:
    """How far a run is: percent, words for what is left and how fast it goes."""

    percent: float
    left: str
    right: str


def live_of(figures: Figures, run: Run, now: datetime) -> Live:
    """How far it is, how fast, how long still: at the speed so far."""
    planned, handled = figures.planned, figures.handled
    percent = min(100 * handled / planned, 100) if planned else 0.0
    begun = run.phase_at or run.at
    seconds = max((now - begun) / timedelta(seconds=1), 1)
    speed = handled / seconds
    left = f"{number(handled)} of {number(planned)}"
    if not speed or handled >= planned:
        return Live(percent, left, "")
    return Live(
        percent,
        left,
        f"{number(round(60 * speed))} a minute · about {duration((planned - handled) / speed)} left",
    )


STATES = (
    ("sent", "Sent", "t4"),
    ("not_sent", "Not sent", "hold"),
    ("deferred", "Waiting for their moment", "t1"),
    ("unknown", "Answer lost", "t2"),
    ("failed", "Failed", "t3"),
)


def states_of(figures: Figures, path: str) -> list[dict[str, Any]]:
    """The bar of states: what became of everybody planned, and who is still to come."""
    counts = {name: getattr(figures, name) for name, _, _ in STATES}
    waiting = max(figures.planned - figures.handled, 0)
    whole = max(figures.planned, sum(counts.values()) + waiting, 1)
    parts: list[dict[str, Any]] = []
    x = 0.0
    shown = [
        *((label, tone, counts[name], name) for name, label, tone in STATES),
        ("Still to come", "waiting", waiting, ""),
    ]
    for label, tone, count, name in shown:
        if not count:
            continue
        width = round(100 * count / whole, 3)
        href = people_path(path, state=name) if name else ""
        parts.append(
            {
                "label": label,
                "tone": tone,
                "value": number(count),
                "x": round(x, 3),
                "width": width,
                "href": href,
            }
        )
        x += width
    return parts


@dataclass(frozen=True)
class Deed:
    """A button over a campaign; with `ask` it asks first."""

    name: str
    label: str
    icon: str
    main: bool = False
    ask: str = ""
    text: str = ""


_CANCEL = Deed(
    "cancel",
    "Cancel",
    "ban",
    False,
    "Cancel this campaign?",
    "Nothing more goes out, for good. What has gone out is out.",
)


def deeds_of(campaign: Campaign) -> list[Deed]:
    """What can be done to it now."""
    match campaign.status:
        case Status.SENDING:
            return [_CANCEL, Deed("pause", "Pause", "circle-pause", True)]
        case Status.PAUSED:
            return [_CANCEL, Deed("resume", "Resume", "play", True)]
        case Status.FAILED:
            return [_CANCEL, Deed("resume", "Try again", "play", True)]
        case Status.SCHEDULED:
            deeds = [Deed("pause", "Pause", "circle-pause")] if campaign.runs else []
            return (
                [*deeds, Deed("unschedule", "Unschedule", "undo-2")]
                if not campaign.runs
                else [_CANCEL, *deeds]
            )
    return []


def next_of(campaign: Campaign, run: Run, at: str) -> str:
    """What the run waits for, in a sentence; `at` is the moment in words."""
    when = f" {at}" if at else ""
    match run.later:
        case "decide":
            return f"The test has gone out; the winner is decided{when}."
        case "resend":
            return f"It goes once more to who has not opened it{when}."
        case "pass":
            return f"The next customers get it{when}, at moments of their own."
        case "check" if run.phase is Phase.FIRST and campaign.status is Status.SENDING:
            return "Everything is planned; the last messages are on their way."
    return ""
