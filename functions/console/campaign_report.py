"""The report of a run: funnel, tiles, variants, uplift, reasons, as the page shows them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.campaign_rates import rate_text
from console.campaign_reach import label_of
from console.formats import Clock, money, number, short_money
from console.pieces import Tile
from console.tables import link
from regulars.campaigns.figures import Figures, Uplift
from regulars.campaigns.metrics import HourFigures, Metrics, VariantFigures
from regulars.campaigns.model import Run
from regulars.messaging import Reason
from regulars.messaging.model import explain

_STAGES = (
    ("sent", "Sent", "Handed to the provider."),
    ("delivered", "Delivered", "The recipient’s side took it."),
    ("opened", "Opened", "By people: openings by privacy proxies are left out."),
    ("clicked", "Clicked", "By people: scanners that follow every link are left out."),
    ("converted", "Ordered", "Placed an order within the attribution window."),
)


@dataclass(frozen=True)
class Stage:
    """A step of the funnel; `width` is of 100."""

    label: str
    hint: str
    count: int
    width: float
    rate: str
    href: str


@dataclass(frozen=True)
class Variant:
    name: str
    sent: int
    opened: str
    clicked: str
    converted: str
    revenue: str
    chance: str
    best: bool
    href: str


@dataclass(frozen=True)
class Lift:
    """`text` says what the campaign changed, `tone` whether that is certain."""

    text: str
    tone: str
    revenue: str
    note: str


@dataclass(frozen=True)
class Cause:
    label: str
    text: str
    count: int
    href: str


def people_path(path: str, **filters: str) -> str:
    """The address of the recipients behind a number."""
    return link(path, {"tab": "people"} | filters)


def funnel_of(figures: Figures, path: str) -> list[Stage]:
    """From who was planned to who ordered."""
    whole = max(figures.planned, figures.sent, 1)
    stages = [
        Stage(
            "Planned",
            "In the audience when it was planned.",
            figures.planned,
            _width(figures.planned, whole),
            "",
            people_path(path),
        )
    ]
    for name, label, hint in _STAGES:
        count: int = getattr(figures, name)
        base = figures.planned if name == "sent" else figures.sent if name == "delivered" else figures.reached
        stages.append(
            Stage(
                label,
                hint,
                count,
                _width(count, whole),
                rate_text(count, base),
                people_path(path, state=name),
            )
        )
    return stages


def _width(count: int, whole: int) -> float:
    return round(100 * count / whole, 2)


def tiles_of(figures: Figures, currency: str, path: str) -> list[Tile]:
    """The figures that a glance should find."""
    machines = f"{number(figures.machine)} opened or clicked by machines only" if figures.machine else ""
    opened = machines or f"{number(figures.opened)} people"
    left = f"{number(figures.unsubscribed)} people, {number(figures.complained)} complained"
    sent_hint = "Handed to the provider."
    of_planned = f"of {number(figures.planned)} planned"
    open_hint = "People who opened it, of those it reached. Machines are left out."
    click_hint = "People who clicked a link, of those it reached."
    clicked = f"{number(figures.clicked)} people"
    return [
        Tile("Sent", number(figures.sent), sent_hint, of_planned, people_path(path, state="sent")),
        _rate("Opened", "opened", figures, open_hint, opened, path),
        _rate("Clicked", "clicked", figures, click_hint, clicked, path),
        *_money(figures, currency, path),
        _rate("Unsubscribed", "unsubscribed", figures, "Who unsubscribed from this message.", left, path),
    ]


def _rate(label: str, measure: str, figures: Figures, hint: str, note: str, path: str) -> Tile:
    text = rate_text(getattr(figures, measure), figures.reached)
    return Tile(label, text, hint, note, people_path(path, state=measure))


def _money(figures: Figures, currency: str, path: str) -> list[Tile]:
    roi = f"{100 * figures.roi:,.0f}%" if figures.roi is not None else "—"
    exact = money(figures.revenue, currency)
    hint = f"Orders that the campaign is given credit for: {exact}."
    ordered = f"{number(figures.converted)} ordered"
    revenue = short_money(figures.revenue, currency)
    return [
        Tile("Revenue", revenue, hint, ordered, people_path(path, state="converted")),
        Tile("Return", roi, "Revenue less cost, by cost.", f"{money(figures.cost, currency)} spent"),
    ]


def variants_of(found: Sequence[VariantFigures], winner: str, currency: str, path: str) -> list[Variant]:
    """The variants side by side; the best so far is marked, the winner once it is decided."""
    leader = winner or max(found, key=lambda one: one.probability or 0).name if found else ""
    return [
        Variant(
            one.name,
            one.figures.sent,
            rate_text(one.figures.opened, one.figures.reached),
            rate_text(one.figures.clicked, one.figures.reached),
            rate_text(one.figures.converted, one.figures.reached),
            money(one.figures.revenue, currency),
            "" if one.probability is None else f"{100 * one.probability:.0f}%",
            one.name == leader,
            people_path(path, variant=one.name),
        )
        for one in found
    ]


def statement_of(metrics: Metrics, run: Run) -> str:
    """What the test says: the decision once it is made, else where it stands."""
    if metrics.decision:
        return str(metrics.decision.get("statement", ""))
    if not metrics.variants:
        return ""
    best = max(metrics.variants, key=lambda one: one.probability or 0)
    chance = f"{100 * (best.probability or 0):.0f}%"
    if run.ended_at is None:
        return f"So far {best.name} is the best with {chance} probability. Nothing is decided yet."
    return f"{best.name} is the best with {chance} probability."


def lift_of(uplift: Uplift, currency: str) -> Lift:
    """What the campaign changed, against those who were held out."""
    treated, control = 100 * uplift.treated.rate, 100 * uplift.control.rate
    points = f"{100 * uplift.difference:+.2f}".replace("-", "−")
    span = f"{100 * uplift.low:+.2f} to {100 * uplift.high:+.2f}".replace("-", "−")
    text = f"{treated:.2f}% of those who got it ordered, {control:.2f}% of those held out: {points} points ({span}, 95%)."
    sure = (
        "The campaign made a difference."
        if uplift.certain
        else "That may be chance: the interval holds nought."
    )
    note = f"{uplift.treated.n:,} got it, {uplift.control.n:,} were held out. {sure}"
    each = money(round(uplift.revenue_each), currency)
    total = money(round(uplift.revenue_each * uplift.treated.n), currency)
    return Lift(
        text,
        "good" if uplift.certain and uplift.low > 0 else "",
        f"{each} more a customer, {total} in all.",
        note,
    )


def causes_of(reasons: Mapping[str, int], path: str) -> list[Cause]:
    """Why some got nothing, the most frequent first."""
    return [
        Cause(
            label_of(reason),
            explain(Reason(reason)) if reason in set(Reason) else "",
            count,
            people_path(path, reason=reason, state="not_sent"),
        )
        for reason, count in reasons.items()
    ]


def over_time(hours: Sequence[HourFigures], clock: Clock, most: int = 96) -> dict[str, Any] | None:
    """Opens and clicks by hour for the chart; None while there are none."""
    shown = [
        one
        for one in hours
        if one.counts.get("opened") or one.counts.get("clicked") or one.counts.get("sent")
    ][:most]
    if len(shown) < 2:
        return None
    steps = _each_hour(shown[0].at, shown[-1].at, most)
    by_hour = {one.at: one.counts for one in shown}
    series = [
        {"name": label, "values": [by_hour.get(at, {}).get(name, 0) for at in steps], "quiet": quiet}
        for name, label, quiet in (("opened", "Opened", False), ("clicked", "Clicked", True))
    ]
    return {"labels": [at.astimezone(clock.zone).strftime("%-d %b %H:00") for at in steps], "series": series}


def _each_hour(first: datetime, last: datetime, most: int) -> list[datetime]:
    count = min(int((last - first) / timedelta(hours=1)), most - 1) + 1
    return [first + timedelta(hours=step) for step in range(count)]
