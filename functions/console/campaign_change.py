"""What was filled in in the composer, as a change of the campaign's plan. Pure; `campaign_form` is the way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from console.recurrence import typed
from regulars.campaigns.plan import Audience, Plan, Schedule, ScheduleKind
from regulars.kernel.money import exponent

Lists = Mapping[str, Sequence[str]]
# Larger numbers are nobody's: they are refused as text.
_MOST = 10**13


@dataclass(frozen=True)
class Typed:
    """A form that was sent: single fields, those that repeat, and the shop's zone and currency to read them by."""

    form: Mapping[str, str]
    lists: Lists
    zone: ZoneInfo
    currency: str

    def text(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def all(self, name: str) -> list[str]:
        """What was given under a name that repeats, each once and none empty."""
        return list(dict.fromkeys(one for one in self.lists.get(name, ()) if one))


def change_of(given: Typed, before: Plan, resolved: Sequence[str] | None = None) -> dict[str, Any]:
    """What the form says as the JSON of a change. `resolved` are the customers of a list if they were looked up now.

    What cannot be read as a number or a moment is passed on as it is, so that it is refused with its place.
    """
    return {
        "name": given.text("name"),
        "audience": _audience(given, before.audience, resolved),
        "channels": given.all("channel"),
        "choice": given.text("choice") or before.choice.value,
        "template": given.text("template"),
        "subject": given.text("subject"),
        "category": given.text("category") or before.category,
        "schedule": _schedule(given, before.schedule),
        "throttle_per_minute": _number(given.text("throttle") or "0"),
        "test": _test(given),
        "resend": _resend(given),
        "utm": {part: given.text(f"utm_{part}") for part in ("source", "medium", "campaign")},
        "cost": minor_of(given.text("cost"), given.currency, 0),
        "budget": minor_of(given.text("budget"), given.currency, None),
        "tags": _tags(given.text("tags")),
    }


def _tags(text: str) -> list[str]:
    return list(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip().lower())))


def _audience(given: Typed, before: Audience, resolved: Sequence[str] | None) -> dict[str, Any]:
    exclude = given.all("exclude")
    match given.text("audience"):
        case "all":
            return {"all": True, "exclude": exclude}
        case "list":
            customers = before.customers if resolved is None else resolved
            return {"customers": list(customers or ()), "exclude": exclude}
        case "rule" if before.rule is not None:
            return {"rule": before.rule, "exclude": exclude}
    return _of_segments(given.all("segment"), given.text("match")) | {"exclude": exclude}


def _of_segments(segments: Sequence[str], match: str) -> dict[str, Any]:
    if len(segments) < 2:
        return {"segment": segments[0]} if segments else {}
    parts = [{"type": "segment", "segment": one} for one in segments]
    return {"rule": {"version": 1, "root": {"type": "all" if match == "all" else "any", "of": parts}}}


def _schedule(given: Typed, before: Schedule) -> dict[str, Any]:
    kind = given.text("when") or ScheduleKind.NOW.value
    made: dict[str, Any] = {
        "kind": kind,
        "zone": "recipient"
        if given.text("zone") == "recipient" and kind in {"at", "recurring"}
        else "tenant",
        "passed": given.text("passed") or before.passed,
        "audience": given.text("kept") or before.audience,
    }
    if kind != ScheduleKind.NOW.value and given.text("at"):
        made["at"] = _moment(given.text("at"), given.zone)
    if kind == ScheduleKind.RECURRING.value:
        kept = given.text("rule_text")
        made["rrule"] = kept or typed(given.form, given.all("day"), _first_day(given)).rule
    return made


def _first_day(given: Typed) -> date:
    try:
        return datetime.fromisoformat(given.text("at")).date()
    except ValueError:
        return date(2026, 1, 1)


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(UTC).isoformat()


def _test(given: Typed) -> dict[str, Any] | None:
    variants = _variants(given) if given.text("test") else []
    hold_out = _percent(given.text("hold_out") or "0")
    if not variants and hold_out == 0:
        return None
    numbers = {"after_hours": "after_hours", "minimum_sample": "minimum_sample"}
    made = {name: _number(text) for name, field in numbers.items() if (text := given.text(field))}
    if given.text("test_share"):
        made["share"] = _percent(given.text("test_share"))
    return made | {"variants": variants, "hold_out": hold_out, "winner": given.text("winner") or "click"}


def _variants(given: Typed) -> list[dict[str, Any]]:
    columns = {
        name: given.lists.get(f"variant_{name}", ())
        for name in ("name", "subject", "template", "channel", "delay")
    }
    return [
        {
            "name": name.strip(),
            "subject": _at(columns["subject"], at),
            "template": _at(columns["template"], at),
            "channel": _at(columns["channel"], at) or None,
            "delay_hours": _number(_at(columns["delay"], at) or "0"),
        }
        for at, name in enumerate(columns["name"])
    ]


def _at(column: Sequence[str], at: int) -> str:
    return column[at].strip() if at < len(column) else ""


def _resend(given: Typed) -> dict[str, Any] | None:
    if not given.text("resend"):
        return None
    return {
        "after_hours": _number(given.text("resend_hours") or "48"),
        "subject": given.text("resend_subject"),
    }


def _number(text: str) -> float | int | str:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite() or number.copy_abs() > _MOST:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _percent(text: str) -> float | str:
    number = _number(text)
    return number if isinstance(number, str) else round(number / 100, 6)


def minor_of(text: str, currency: str, otherwise: int | None) -> int | str | None:
    """An amount that was typed, in minor units; the text itself when it is none, for the change to refuse."""
    if not text:
        return otherwise
    try:
        minor = Decimal(text.replace(",", "")).scaleb(exponent(currency))
    except ArithmeticError:
        return text
    sound = minor.is_finite() and minor.copy_abs() <= _MOST and minor == minor.to_integral_value()
    return int(minor) if sound else text
