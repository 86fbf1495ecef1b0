"""The small shop that the rule tests live in: a field and a property of every type, closed and open kinds."""

from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import EventKind, Field, Property, ValueType

CHANNELS = ("web", "Store", "phone")
PLANS = ("free", "pro", "team")
SEGMENTS = (
    "seg_06F0C5X8G4AB12CD34EF56GH78",
    "seg_06F0C5X8G4ZZ12CD34EF56GH78",
    "seg_06F0C5X8G4YY12CD34EF56GH78",
)
TEXTS = ("abc", "ABC", "b", "Straße", "STRASSE", "élan", "ÉLAN", "12", "a.*(b+)+$", "Ǆ")
TAGS = ("vip", "VIP", "new", "Straße", "x")
ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "Europe/Warsaw",
        "America/New_York",
        "Australia/Lord_Howe",
        "UTC",
        "America/Santiago",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Atlantic/Azores",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "Antarctica/Troll",
    )
)


def _held(name: str) -> Any:
    return lambda facts: facts.get(name)


def _field(name: str, kind: ValueType, **more: Any) -> Field:
    return Field(name, name.title(), "test", kind, _held(name), **more)


FIELDS = {
    one.name: one
    for one in (
        _field("nick", ValueType.TEXT),
        _field("plan", ValueType.CHOICE, choices=PLANS),
        _field("consent", ValueType.BOOLEAN),
        _field("score", ValueType.NUMBER, ranked=True),
        _field("spent", ValueType.MONEY, ranked=True),
        _field("tags", ValueType.SET),
        _field("seen", ValueType.MOMENT),
        _field("renews", ValueType.MOMENT),
        _field("born", ValueType.DAY),
        _field("attributes.size", ValueType.NUMBER),
        _field("age", ValueType.NUMBER, derived_from_today=True),
    )
}
_SHARED = (
    Property("total", "Total", ValueType.MONEY),
    Property("channel", "Channel", ValueType.CHOICE, CHANNELS),
)
KINDS = {
    one.name: one
    for one in (
        EventKind(
            "order.placed",
            "Order",
            "test",
            (
                *_SHARED,
                Property("items", "Items", ValueType.NUMBER),
                Property("note", "Note", ValueType.TEXT),
                Property("gift", "Gift", ValueType.BOOLEAN),
                Property("due", "Due", ValueType.MOMENT),
                Property("arrives", "Arrives", ValueType.DAY),
                Property("labels", "Labels", ValueType.SET),
            ),
        ),
        EventKind("order.refunded", "Refund", "test", _SHARED),
        EventKind("page.viewed", "View", "test", (Property("page", "Page", ValueType.TEXT),)),
        EventKind(
            "behaviour.played", "Played", "test", (Property("level", "Level", ValueType.NUMBER),), open=True
        ),
    )
}
# Not listed, so open: a kind of the shop's own.
OWN_KIND = "behaviour.made_up"
PROPERTIES = {
    "order.placed": {one.name: one.type for one in KINDS["order.placed"].properties},
    "order.refunded": {one.name: one.type for one in _SHARED},
    "page.viewed": {"page": ValueType.TEXT},
    "behaviour.played": {"level": ValueType.NUMBER, "properties.thing": ValueType.ANY},
    OWN_KIND: {"properties.thing": ValueType.ANY, "properties.more": ValueType.ANY},
}
