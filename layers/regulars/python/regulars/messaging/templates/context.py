"""What a template can read: the customer, the shop, the message, and the values that came with the message (`data`).

What a delivery's template reads is kept with the delivery, by path, so that what was sent can be rendered again. Nothing that is
not known is in it: a path that is not there is missing, not null.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from regulars.customers import Facts
from regulars.kernel.clock import iso
from regulars.messaging.formats import ink
from regulars.messaging.settings_model import MessagingSettings
from regulars.platform import TenantSettings

_OF_TRAITS = ("gender", "time_zone", "region", "postal_code", "attributes", "preferences")


def context_of(
    facts: Facts | None,
    settings: TenantSettings,
    messaging: MessagingSettings,
    values: Mapping[str, Any],
    language: str,
) -> dict[str, Any]:
    """Everything that a template can read for one customer. Money is in minor units, moments are ISO 8601."""
    return {
        "customer": {} if facts is None else _customer(facts),
        "shop": _shop(settings, messaging),
        "message": {"language": language},
        "data": _plain(values),
    }


def _customer(facts: Facts) -> dict[str, Any]:
    first, _, last = (facts.name or "").partition(" ")
    known = {
        "id": facts.customer_id,
        "name": facts.name,
        "first_name": first,
        "last_name": last.strip(),
        "email": facts.email,
        "phone": facts.phone,
        "external_id": facts.external_id,
        "country": facts.country,
        "city": facts.city,
        "language": facts.language,
        "tags": sorted(facts.tags),
        "birthday": facts.traits.get("date_of_birth"),
        "currency": facts.currency,
        "average_order": facts.average_order,
        "first_order_at": facts.first_order_at,
        "last_order_at": facts.last_order_at,
        "created_at": facts.created_at,
    }
    known |= {name: facts.traits.get(name) for name in _OF_TRAITS}
    found = {name: _plain(value) for name, value in known.items() if value}
    return found | {"orders": facts.orders, "total_spent": facts.spent}


def _shop(settings: TenantSettings, messaging: MessagingSettings) -> dict[str, Any]:
    branding, sender = settings.branding, settings.sender
    known = {
        "name": settings.name,
        "colour": branding.colour,
        "ink": ink(branding.colour),
        "logo_url": branding.logo_url,
        "currency": settings.currency,
        "time_zone": settings.time_zone,
        "language": settings.default_language,
        "email": sender.reply_to or sender.email,
        "sender_name": sender.name,
        "footer": messaging.footer,
    }
    return {name: value for name, value in known.items() if value}


def _plain(value: Any) -> Any:
    """As JSON has it: what templates are given consists of nothing else."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Iterable):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | int | float) or value is None else str(value)


def inputs_of(context: Mapping[str, Any], reads: Iterable[str]) -> dict[str, Any]:
    """The values under these paths, by path, those that are there; one inside another is not kept twice."""
    found: dict[str, Any] = {}
    for path in sorted(reads):
        if any(path.startswith(f"{kept}.") for kept in found):
            continue
        holder: Any = context
        for name in path.split("."):
            holder = holder.get(name) if isinstance(holder, Mapping) else None
            if holder is None:
                break
        else:
            found[path] = holder
    return found


def context_from(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A context with nothing but these values: enough to render again what they were read for."""
    made: dict[str, Any] = {"customer": {}, "shop": {}, "message": {}, "data": {}}
    for path, value in inputs.items():
        *way, last = path.split(".")
        holder = made
        for name in way:
            holder = holder.setdefault(name, {})
        holder[last] = value
    return made
