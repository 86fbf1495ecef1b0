"""What a customer asks for beside consent: channels, categories, frequency, quiet hours, language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, Final

from regulars.messaging.contact import Contact, Frequency, QuietHours
from regulars.messaging.model import Channel


class _Keep:
    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = _Keep()


@dataclass(frozen=True, slots=True)
class Wishes:
    """A change: what is named is set, everything else stays. `quiet` of None takes the customer's own quiet hours away (those of
    the settings hold again), `language` of "" their own language."""

    channels: Mapping[Channel, bool] = field(default_factory=dict)
    categories: Mapping[str, bool] = field(default_factory=dict)
    frequency: Mapping[str, Frequency] = field(default_factory=dict)
    quiet: QuietHours | _Keep | None = KEEP
    language: str | None = None


def wished(contact: Contact, wishes: Wishes) -> Contact:
    """The contact with the wishes applied."""
    return replace(
        contact,
        channels={**contact.channels, **wishes.channels},
        categories={**contact.categories, **wishes.categories},
        frequency={**contact.frequency, **wishes.frequency},
        quiet=contact.quiet if isinstance(wishes.quiet, _Keep) else wishes.quiet,
        language=contact.language if wishes.language is None else wishes.language,
    )


def really_new(contact: Contact, wishes: Wishes) -> Wishes | None:
    """What of the wishes is not so already; None if nothing."""
    new = Wishes(
        {name: on for name, on in wishes.channels.items() if contact.channels.get(name) != on},
        {name: on for name, on in wishes.categories.items() if contact.categories.get(name) != on},
        {name: often for name, often in wishes.frequency.items() if contact.frequency.get(name) != often},
        KEEP if wishes.quiet == contact.quiet else wishes.quiet,
        None if wishes.language == contact.language else wishes.language,
    )
    return None if new == Wishes() else new


def packed(wishes: Wishes) -> dict[str, Any]:
    """As JSON values, only what is set."""
    data: dict[str, Any] = {
        "channels": {channel.value: on for channel, on in wishes.channels.items()},
        "categories": dict(wishes.categories),
        "frequency": {name: often.value for name, often in wishes.frequency.items()},
    }
    data = {name: value for name, value in data.items() if value}
    if not isinstance(wishes.quiet, _Keep):
        quiet = wishes.quiet
        data["quiet"] = [quiet.start.isoformat("minutes"), quiet.end.isoformat("minutes")] if quiet else None
    if wishes.language is not None:
        data["language"] = wishes.language
    return data


def unpacked(data: Mapping[str, Any]) -> Wishes:
    """The reverse of `packed`."""
    quiet: QuietHours | _Keep | None = KEEP
    if "quiet" in data:
        hours = data["quiet"]
        quiet = QuietHours(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None
    return Wishes(
        {Channel(name): on for name, on in data.get("channels", {}).items()},
        data.get("categories", {}),
        {name: Frequency(often) for name, often in data.get("frequency", {}).items()},
        quiet,
        data.get("language"),
    )
