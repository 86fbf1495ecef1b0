"""What templates can show of every customer and shop: for the palette of the editor, and to tell a slip from a value."""

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.messaging.templates.model import Variable

_KNOWN: tuple[tuple[str, str, str, str], ...] = (
    ("customer.first_name", "The first word of the name", "Ann", "text"),
    ("customer.last_name", "The rest of the name", "Lee", "text"),
    ("customer.name", "The whole name", "Ann Lee", "text"),
    ("customer.email", "The email address", "ann@shop.example", "text"),
    ("customer.phone", "The telephone number", "+48601234567", "text"),
    ("customer.id", "Our id", "cus_01K…", "text"),
    ("customer.external_id", "The shop's own id", "4711", "text"),
    ("customer.language", "The language, such as de", "en", "text"),
    ("customer.country", "The country, two letters", "PL", "text"),
    ("customer.city", "The city", "Gdańsk", "text"),
    ("customer.region", "The region", "Pomorskie", "text"),
    ("customer.postal_code", "The postal code", "80-001", "text"),
    ("customer.gender", "As told", "female", "text"),
    ("customer.time_zone", "The time zone", "Europe/Warsaw", "text"),
    ("customer.birthday", "The day of birth: {{ customer.birthday|date }}", "1990-05-01", "moment"),
    ("customer.tags", "All tags", "vip", "list"),
    ("customer.orders", "How many orders", "3", "number"),
    ("customer.total_spent", "Spent in all: {{ customer.total_spent|money }}", "12900", "money"),
    ("customer.average_order", "An order on average", "4300", "money"),
    ("customer.currency", "The currency of the sums", "EUR", "text"),
    ("customer.first_order_at", "When the first order was placed", "2025-03-01T10:00:00Z", "moment"),
    ("customer.last_order_at", "When the last order was placed", "2026-03-01T10:00:00Z", "moment"),
    ("customer.created_at", "Customer since", "2025-02-01T10:00:00Z", "moment"),
    ("shop.name", "The shop's name", "Kettle & Co", "text"),
    ("shop.colour", "The shop's colour", "#3454d1", "text"),
    ("shop.ink", "Black or white, whichever is readable on the colour", "#ffffff", "text"),
    ("shop.logo_url", "The shop's logo", "https://shop.example/logo.png", "link"),
    ("shop.email", "Where answers go", "hello@shop.example", "text"),
    ("shop.sender_name", "Who messages come from", "Kettle", "text"),
    ("shop.currency", "The shop's currency", "EUR", "text"),
    ("shop.time_zone", "The shop's time zone", "Europe/Warsaw", "text"),
    ("shop.language", "The shop's language", "en", "text"),
    ("shop.footer", "The legal line of the settings", "Kettle & Co, 1 Tea Street", "text"),
    ("message.language", "The language of the message", "en", "text"),
    ("message.unsubscribe_url", "Where one leaves", "https://…", "link"),
    ("message.preferences_url", "Where one chooses what to receive", "https://…", "link"),
    ("message.view_url", "Where the mail is read in a browser", "https://…", "link"),
)
_PATHS = frozenset(path for path, *_ in _KNOWN)
# Whatever the tenant keeps of customers is below these.
_OPEN = ("customer.attributes.", "customer.preferences.")
_WHOLE = frozenset({"customer", "shop", "message", "data", "customer.attributes", "customer.preferences"})
_OF_SENDERS = frozenset({"message.segments", "message.shown"})


def variables(sample: Mapping[str, Any] | None = None) -> list[Variable]:
    """Everything that can be shown; of `data` what the sample has."""
    known = [Variable(*one) for one in _KNOWN]
    return [*known, *_of_sample("data", sample or {})]


def _of_sample(path: str, value: Any) -> Iterator[Variable]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _of_sample(f"{path}.{name}", one)
    elif isinstance(value, list):
        yield Variable(path, "A list: {% for one in … %}", f"{len(value)} in the sample", "list")
        if value and isinstance(value[0], Mapping):
            for name, one in value[0].items():
                yield from _of_sample(f"{path}[].{name}", one)
    else:
        yield Variable(path, "Comes with the message", str(value)[:100], _type(path, value))


def _type(path: str, value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return "link" if path.endswith("url") else "text"


def is_known(path: tuple[str, ...], sample: Mapping[str, Any]) -> bool:
    """Whether templates can read that; of `data` only what the sample has, if it has anything."""
    dotted = ".".join(path)
    if dotted in _PATHS | _WHOLE | _OF_SENDERS or dotted.startswith(_OPEN):
        return True
    if path[0] != "data":
        return False
    holder: Any = sample
    for name in path[1:]:
        if isinstance(holder, Mapping):
            if name not in holder:
                return not sample
            holder = holder[name]
        else:
            return False
    return True
