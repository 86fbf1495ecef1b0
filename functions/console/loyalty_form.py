"""The form of a program: what it shows of one, and the program that it means.

Lists are rows of fields such as `tiers.0.name`; a row without a name goes, the last one is always empty.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from console.forms import Form
from regulars.kernel.errors import Fault, InvalidError
from regulars.kernel.money import to_minor, to_text
from regulars.loyalty import Benefits, EarningRule, PointsConfig, Program, Tier

BONUSES = ("first_order", "birthday", "anniversary", "referral", "review", "profile_completed")
SWITCHES = ("free_shipping", "exclusive_offers", "early_access", "priority_support")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A rule that is more than being in one segment is kept as it is.
OWN_RULE = "own"
_CAPS = ("per_day", "per_program")
_PERIOD = ("kind", "start", "end")
_POINTS = ("earn_rate", "rounding", "pending_days", "expiry_months", "adjustment_limit")
_TIER = (
    "name",
    "required_points",
    "colour",
    "icon",
    "earn_multiplier",
    "discount_percent",
    *SWITCHES,
    "texts",
)
_LISTS = ("products", "categories", "tiers")
_RULE = (
    *("name", "type", "worth", *_LISTS, "segment", "own", *WEEKDAYS, "start", "end"),
    *("first_purchase", "minimum_basket", *_CAPS),
)
_ROWS = {"tiers": _TIER, "rules": _RULE}
_PLAIN = (
    "name",
    *(f"period.{name}" for name in _PERIOD),
    *(f"points.{name}" for name in (*_POINTS, *BONUSES, *_CAPS)),
)
_SHOWN_AS = {"by": "worth", "points": "worth", "weekdays": "name"}
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_AMOUNT = re.compile(r"[0-9]{1,12}([.,][0-9]{1,3})?")


def form_of(program: Program, currency: str) -> Form:
    """The form filled with a program."""
    values = {"name": program.name, **period_of(program)}
    values |= {f"points.{name}": text for name, text in _of_points(program.points).items()}
    for row, tier in enumerate([*program.tiers, None]):
        told = _of_tier(tier) if tier else {"colour": "#6b7280", "icon": "award", "earn_multiplier": "1"}
        values |= {f"tiers.{row}.{name}": told.get(name, "") for name in _TIER}
    for row, rule in enumerate([*program.rules, None]):
        told = _of_rule(rule, currency) if rule else {"type": "multiplier"}
        values |= {f"rules.{row}.{name}": told.get(name, "") for name in _RULE}
    return Form(values)


def period_of(program: Program) -> dict[str, str]:
    """The fields of its period."""
    return {f"period.{name}": _text(getattr(program.period, name)) for name in _PERIOD}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _of_points(points: PointsConfig) -> dict[str, str]:
    parts = [(points, _POINTS), (points.bonuses, BONUSES), (points.caps, _CAPS)]
    return {name: _text(getattr(part, name)) for part, names in parts for name in names}


def _of_tier(tier: Tier) -> dict[str, str]:
    names = [name for name in _TIER if name in Benefits.model_fields and name != "texts"]
    told = {name: _text(getattr(tier.benefits, name)) for name in names}
    told |= {name: _text(getattr(tier, name)) for name in _TIER if name in Tier.model_fields}
    return told | {"texts": "\n".join(tier.benefits.texts)}


def _of_rule(rule: EarningRule, currency: str) -> dict[str, str]:
    when, effect = rule.when, rule.effect
    told = {name: ", ".join(getattr(when, name)) for name in _LISTS}
    told |= {name: _text(getattr(when, name)) for name in ("start", "end", "first_purchase")}
    told |= {day: _text(day in when.weekdays) for day in WEEKDAYS}
    told |= {name: _text(getattr(rule.caps, name)) for name in _CAPS}
    told |= {"name": rule.name, "type": effect.type}
    told["worth"] = effect.by if effect.type == "multiplier" else str(effect.points)
    if when.minimum_basket is not None:
        told["minimum_basket"] = to_text(when.minimum_basket, currency)
    if when.segment is not None:
        root = when.segment.get("root", {})
        alone = root.get("type") == "segment" and set(root) == {"type", "segment"}
        told |= {"segment": root["segment"] if alone else OWN_RULE, "own": json.dumps(when.segment)}
    return told


def typed(given: Mapping[str, str]) -> Form:
    """What was sent, as the form shows it again: a box that is not sent is not ticked."""
    rows = [
        f"{name}.{row}.{field}"
        for name, fields in _ROWS.items()
        for row in _numbers(given, name)
        for field in fields
    ]
    return Form({name: given.get(name, "").strip() for name in (*_PLAIN, *rows)})


def _numbers(given: Iterable[str], name: str) -> list[int]:
    form = re.compile(rf"{name}\.([0-9]{{1,3}})\.")
    return sorted({int(found[1]) for field in given if (found := form.match(field))})


def rows_of(form: Form, name: str) -> list[int]:
    """The numbers of all rows of a list, the empty ones too."""
    return _numbers(form.values, name)


def program_in(form: Form, currency: str) -> dict[str, Any]:
    """The program that the form means, as the operations take it."""
    points = {name: form.value(f"points.{name}") for name in ("earn_rate", "rounding")}
    numbers = _given({name: _whole(form, f"points.{name}") for name in _POINTS[2:]})
    return {
        "name": form.value("name"),
        "period": _given({name: form.value(f"period.{name}") for name in _PERIOD}),
        "points": {
            **_given(points),
            **numbers,
            "bonuses": _given({name: _whole(form, f"points.{name}") for name in BONUSES}),
            "caps": _given({name: _whole(form, f"points.{name}") for name in _CAPS}),
        },
        "tiers": [_tier(form, f"tiers.{row}.") for row in _filled(form, "tiers")],
        "rules": [_rule(form, f"rules.{row}.", currency) for row in _filled(form, "rules")],
    }


def _filled(form: Form, name: str) -> list[int]:
    return [row for row in rows_of(form, name) if form.value(f"{name}.{row}.name")]


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _whole(form: Form, name: str) -> int | str:
    """The number, or the text that is none, for the operation to refuse."""
    text = form.value(name)
    return int(text) if _WHOLE.fullmatch(text) else text


def _tier(form: Form, head: str) -> dict[str, Any]:
    benefits = {name: form.value(head + name) == "on" for name in SWITCHES}
    told = {"earn_multiplier": form.value(head + "earn_multiplier")}
    return {
        "name": form.value(head + "name"),
        "required_points": _whole(form, head + "required_points"),
        **_given({name: form.value(head + name) for name in ("colour", "icon")}),
        "benefits": benefits
        | _given(told | {"discount_percent": _whole(form, head + "discount_percent")})
        | {"texts": [line.strip() for line in form.value(head + "texts").splitlines() if line.strip()]},
    }


def _rule(form: Form, head: str, currency: str) -> dict[str, Any]:
    when: dict[str, Any] = {name: list(_parts(form.value(head + name))) for name in _LISTS}
    when |= _given({name: form.value(head + name) for name in ("start", "end")})
    when |= _given({"minimum_basket": minor_in(form.value(head + "minimum_basket"), currency)})
    when |= _given({"segment": _segment(form, head)})
    when["weekdays"] = [day for day in WEEKDAYS if form.value(head + day) == "on"]
    when["first_purchase"] = form.value(head + "first_purchase") == "on"
    effect: dict[str, Any] = {"type": form.value(head + "type")}
    effect |= (
        {"points": _whole(form, head + "worth")}
        if effect["type"] == "bonus"
        else {"by": form.value(head + "worth")}
    )
    caps = _given({name: _whole(form, head + name) for name in _CAPS})
    return {"name": form.value(head + "name"), "when": when, "effect": effect, "caps": caps}


def _parts(text: str) -> Iterator[str]:
    yield from (part.strip() for part in text.split(",") if part.strip())


def _segment(form: Form, head: str) -> Any:
    chosen = form.value(head + "segment")
    if chosen != OWN_RULE:
        return {"version": 1, "root": {"type": "segment", "segment": chosen}} if chosen else None
    try:
        return json.loads(form.value(head + "own"))
    except (ValueError, RecursionError):
        return chosen


def minor_in(text: str, currency: str) -> int | str:
    """An amount in minor units, or the text that is none, for the operation to refuse."""
    try:
        return to_minor(text.replace(",", "."), currency) if _AMOUNT.fullmatch(text) else text
    except InvalidError:
        return text


def faults_in_form(faults: Iterable[Fault], form: Form) -> list[Fault]:
    """Faults under the names that the form uses: `/tiers/1/required_points` of the second row that is filled in."""
    return [Fault("/" + _field(one.pointer.strip("/").split("/"), form), one.detail) for one in faults]


def _field(parts: list[str], form: Form) -> str:
    head, rest = f"{parts[0]}.", parts[1:]
    if parts[0] in _ROWS:
        rows = _filled(form, parts[0])
        if not rest or not rest[0].isdecimal() or int(rest[0]) >= len(rows):
            return parts[0]
        head = f"{parts[0]}.{rows[int(rest[0])]}."
        # What has no field of its own (a rule's segment conditions, its effect as a whole) is told at the name.
        rest = ["name", *(_SHOWN_AS.get(one, one) for one in rest[1:])]
    return next((head + one for one in reversed(rest) if head + one in form.values), parts[0])
