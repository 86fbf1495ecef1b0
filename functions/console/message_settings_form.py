"""The form of the settings for messages: what it shows of them, and the settings that it means.

Lists are rows of fields such as `caps.0.limit`; a row that is emptied goes, the last one is always empty.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from console.forms import Form
from regulars.kernel.errors import Fault, InvalidError
from regulars.kernel.http.serve import faults_of
from regulars.messaging import Channel, MessagingSettings
from regulars.messaging.settings_model import Cap, Category

CONSENT_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.IN_APP)
COST_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
_SWITCHES = ("double_opt_in", "track_opens", "track_clicks", "pixel_needs_consent", "utm")
_WHOLE = ("soft_bounces", "attribution_days", "digest_hour")
_TEXTS = ("footer", "sms_sender", "webhook_url")
_HOURS = ("quiet_hours", "send_window")
_CATEGORY_KINDS = ("marketing", "marketing_off", "transactional")
# Costs are kept in millionths a message, and shown for a thousand messages.
_PER_THOUSAND = 1000


def form_of(settings: MessagingSettings, languages: list[str]) -> Form:
    """The form filled with the settings."""
    values = {name: "on" if getattr(settings, name) else "" for name in _SWITCHES}
    values |= {name: str(getattr(settings, name)) for name in (*_WHOLE, *_TEXTS, "attribution")}
    for name in _HOURS:
        hours = getattr(settings, name)
        values |= {
            f"{name}.start": hours.start.isoformat("minutes") if hours else "",
            f"{name}.end": hours.end.isoformat("minutes") if hours else "",
        }
    for one in CONSENT_CHANNELS:
        values[f"consent.{one.value}"] = settings.consent_rule(one)
        values[f"quiet.{one.value}"] = "on" if one in settings.quiet_channels else ""
    for one in COST_CHANNELS:
        values[f"costs.{one.value}"] = f"{settings.costs.get(one, 0) / _PER_THOUSAND:g}"
        values[f"sends_per_second.{one.value}"] = str(settings.sends_per_second.get(one, ""))
    unwanted = settings.unwanted
    values |= {
        "unwanted.sample": str(unwanted.sample),
        "unwanted.bounces": f"{unwanted.bounces * 100:g}",
        "unwanted.complaints": f"{unwanted.complaints * 100:g}",
        "domain_rates": "\n".join(f"{domain} {rate}" for domain, rate in settings.domain_rates.items()),
    }
    for row, category in enumerate([*settings.categories, None]):
        values |= _category_fields(row, category, languages)
    for row, cap in enumerate([*settings.caps, None]):
        values |= _cap_fields(row, cap)
    return Form(values)


def _category_fields(row: int, one: Category | None, languages: list[str]) -> dict[str, str]:
    kind = "marketing" if one is None or one.on else "marketing_off"
    if one is not None and one.transactional:
        kind = "transactional"
    head = f"categories.{row}"
    values = {f"{head}.key": one.key if one else "", f"{head}.kind": kind}
    return values | {f"{head}.{tag}": one.name.get(tag, "") if one else "" for tag in languages}


def _cap_fields(row: int, cap: Cap | None) -> dict[str, str]:
    return {
        f"caps.{row}.limit": str(cap.limit) if cap else "",
        f"caps.{row}.hours": str(cap.hours) if cap else "",
        f"caps.{row}.channel": (cap.channel.value if cap.channel else "") if cap else "",
        f"caps.{row}.category": (cap.category or "") if cap else "",
    }


def typed(given: Mapping[str, str], shown: Form) -> Form:
    """What was sent, as the form shows it again: a box that is not sent is not ticked."""
    return Form({name: given.get(name, "").strip() for name in {**shown.values, **_rows_of(given)}})


def _rows_of(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.startswith(("categories.", "caps."))}


def settings_in(form: Form, before: MessagingSettings, languages: list[str]) -> MessagingSettings:
    """The settings that the form means. Raises InvalidError with the form's own names of fields."""
    rows = {name: list(_rows(form, name)) for name in ("categories", "caps")}
    data: dict[str, Any] = {name: form.value(name) == "on" for name in _SWITCHES}
    data |= {name: form.value(name) for name in (*_WHOLE, *_TEXTS, "attribution")}
    data |= {name: _hours(form, name) for name in _HOURS}
    data |= {
        "consent": _by_channel(form, "consent", CONSENT_CHANNELS)
        | {one.value: rule for one, rule in before.consent.items() if one not in CONSENT_CHANNELS},
        "quiet_channels": [one.value for one in CONSENT_CHANNELS if form.value(f"quiet.{one.value}") == "on"],
        "sends_per_second": _by_channel(form, "sends_per_second", COST_CHANNELS),
        "costs": {
            one.value: round(_decimal(form, f"costs.{one.value}") * _PER_THOUSAND) for one in COST_CHANNELS
        }
        | {one.value: cost for one, cost in before.costs.items() if one not in COST_CHANNELS},
        "unwanted": {
            "sample": form.value("unwanted.sample"),
            "bounces": _decimal(form, "unwanted.bounces") / 100,
            "complaints": _decimal(form, "unwanted.complaints") / 100,
        },
        "domain_rates": _domain_rates(form),
        "categories": [_category(form, row, before, languages) for row in rows["categories"]],
        "caps": [_cap(form, row) for row in rows["caps"]],
    }
    try:
        return MessagingSettings.model_validate(data)
    except ValidationError as error:
        raise InvalidError(
            "some settings cannot be accepted", faults_in_form(faults_of(error), form)
        ) from error


def faults_in_form(faults: list[Fault] | tuple[Fault, ...], form: Form) -> list[Fault]:
    """Faults under the names that the form uses: `/caps/1/limit` of the second row that is filled in."""
    rows = {name: list(_rows(form, name)) for name in ("categories", "caps")}
    return [
        Fault("/" + _field(fault.pointer.strip("/").split("/"), rows, form), fault.detail) for fault in faults
    ]


def _field(parts: list[str], rows: Mapping[str, list[int]], form: Form) -> str:
    if parts[0] in rows and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(rows[parts[0]]):
        parts = [parts[0], str(rows[parts[0]][int(parts[1])]), *parts[2:]]
        first = {"categories": "key", "caps": "limit"}[parts[0]]
        name = ".".join(parts)
        return name if name in form.values else ".".join([*parts[:2], first])
    name = ".".join(parts)
    if name in form.values:
        return name
    return f"{name}.start" if f"{name}.start" in form.values else parts[0]


def _rows(form: Form, name: str) -> Iterator[int]:
    """The numbers of the rows that are filled in."""
    first = {"categories": "key", "caps": "limit"}[name]
    numbers = {
        int(field.split(".")[1])
        for field in form.values
        if field.startswith(f"{name}.") and field.split(".")[1].isdecimal()
    }
    for row in sorted(numbers):
        if form.value(f"{name}.{row}.{first}"):
            yield row


def _category(form: Form, row: int, before: MessagingSettings, languages: list[str]) -> dict[str, Any]:
    key, kind = form.value(f"categories.{row}.key"), form.value(f"categories.{row}.kind")
    known = before.category(key)
    names = {tag: text for tag, text in known.name.items() if tag not in languages} if known else {}
    names |= {tag: text for tag in languages if (text := form.value(f"categories.{row}.{tag}"))}
    return {
        "key": key,
        "name": names,
        "description": known.description if known else {},
        "transactional": kind == "transactional",
        "on": kind != "marketing_off",
    }


def _cap(form: Form, row: int) -> dict[str, Any]:
    values = {name: form.value(f"caps.{row}.{name}") for name in ("limit", "hours", "channel", "category")}
    return {name: value or None for name, value in values.items()}


def _hours(form: Form, name: str) -> dict[str, str] | None:
    start, end = form.value(f"{name}.start"), form.value(f"{name}.end")
    return {"start": start, "end": end} if start or end else None


def _by_channel(form: Form, name: str, channels: tuple[Channel, ...]) -> dict[str, str]:
    return {one.value: value for one in channels if (value := form.value(f"{name}.{one.value}"))}


def _decimal(form: Form, name: str) -> float:
    try:
        return float(form.value(name).replace(",", ".") or 0)
    except ValueError as error:
        raise InvalidError("some settings cannot be accepted", [Fault(f"/{name}", "is no number")]) from error


def _domain_rates(form: Form) -> dict[str, str]:
    rates = {}
    for line in form.value("domain_rates").splitlines():
        domain, _, rate = line.strip().partition(" ")
        if domain:
            rates[domain.lower()] = rate.strip()
    return rates
