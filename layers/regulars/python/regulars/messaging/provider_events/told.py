"""What a provider's event comes to, and what all readers of such events share. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from regulars.kernel.tenancy import Tenant, tagged_tenant
from regulars.messaging.model import one_line
from regulars.messaging.signals import DeliveryRef, Signal

LONGEST_DETAIL = 300


class UnreadableError(ValueError):
    """An event of a known kind without what it must hold: it ends in the dead-letter queue, where somebody can look at it."""


@dataclass(frozen=True, slots=True)
class OfDelivery:
    """Something became of a delivery of ours."""

    tenant: Tenant
    signal: Signal


@dataclass(frozen=True, slots=True)
class Inbound:
    """Somebody wrote to one of our numbers. `answers` is the provider's id of the text they answer, empty if it says none."""

    id: str
    phone: str
    number: str
    text: str
    answers: str = ""


Told = OfDelivery | Inbound


def owner_of(tags: Mapping[str, Any]) -> tuple[Tenant, DeliveryRef] | None:
    """Whose message it is, by the tags we gave along; None for one that is not ours (sent by hand, say)."""
    tenant = tagged_tenant(_first(tags.get("tenant")))
    delivery, customer = _first(tags.get("delivery")), _first(tags.get("customer"))
    if tenant is None or not delivery or not customer:
        return None
    return tenant, DeliveryRef(customer, delivery)


def moment(text: Any) -> datetime:
    """ISO 8601 text, or milliseconds since 1970. Raises UnreadableError."""
    try:
        if isinstance(text, int | float):
            return datetime.fromtimestamp(text / 1000, UTC)
        at = datetime.fromisoformat(str(text))
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableError("a moment that is none") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def words(parts: Iterable[Any]) -> str:
    """A provider's words in one line, without those it left out."""
    return one_line(" · ".join(str(part) for part in parts if part), LONGEST_DETAIL)


def part_of(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that an event of this kind must have. Raises UnreadableError."""
    part = event.get(name)
    if not isinstance(part, Mapping):
        raise UnreadableError(f"no {name}")
    return part


def _first(value: Any) -> str:
    """SES has a list for each tag, End User Messaging a text."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""
