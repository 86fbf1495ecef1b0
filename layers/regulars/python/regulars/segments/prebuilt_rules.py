"""The segments that every tenant begins with (SEG-3), as rules. Each has a stable `key`; a tenant may change or delete them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
# Gives the id of the prebuilt segment of a key.
IdOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """`root` makes the rule's tree; those that refer to others ask for their ids."""

    key: str
    name: str
    description: str
    root: Callable[[IdOf], Json]


def _field(name: str, operator: str, **operands: Any) -> Json:
    return {"type": "field", "field": name, "is": {"operator": operator} | operands}


def _days(name: str, operator: str, days: int) -> Json:
    return _field(name, operator, amount=days, unit="days")


def _happened(days: int, at_least: int, *events: str, where: tuple[Json, ...] = ()) -> Json:
    return {
        "type": "event",
        "events": list(events),
        "where": list(where),
        "window": {"type": "last", "amount": days, "unit": "days"},
        "is": {"operator": "at_least", "value": at_least},
    }


def _all(*nodes: Json) -> Json:
    return {"type": "all", "of": list(nodes)}


def _any(*nodes: Json) -> Json:
    return {"type": "any", "of": list(nodes)}


_ORDERED = _field("orders", "at_least", value=1)
_LOW_SCORE = {"property": "score", "is": {"operator": "at_most", "value": 2}}
_SILENT_180 = _days("last_activity_at", "more_than_ago", 180)
_NEVER_SEEN = _all(
    _field("last_activity_at", "not_exists"),
    _days("created_at", "more_than_ago", 180),
)

PREBUILT: tuple[Prebuilt, ...] = (
    Prebuilt(
        "high_value",
        "High value",
        "The best fifth of all buyers by lifetime value.",
        lambda id_of: _field("lifetime_value", "percentile", part="top", percent=20),
    ),
    Prebuilt(
        "frequent_visitors",
        "Frequent visitors",
        "Visited, logged in or ordered three times or more in the last 30 days.",
        lambda id_of: _happened(30, 3, "visit.recorded", "behaviour.login", "order.placed"),
    ),
    Prebuilt(
        "frequent_buyers",
        "Frequent buyers",
        "Placed three orders or more in the last 90 days.",
        lambda id_of: _happened(90, 3, "order.placed"),
    ),
    Prebuilt(
        "vip",
        "VIP",
        "In both High value and Frequent buyers.",
        lambda id_of: _all(
            {"type": "segment", "segment": id_of("high_value")},
            {"type": "segment", "segment": id_of("frequent_buyers")},
        ),
    ),
    Prebuilt(
        "new",
        "New customers",
        "Became known in the last 30 days.",
        lambda id_of: _days("created_at", "within_last", 30),
    ),
    Prebuilt(
        "at_risk",
        "At risk",
        "Ordered before, and silent for more than 30 days, but not for more than 90: no order, visit or anything else.",
        lambda id_of: _all(
            _ORDERED,
            _days("last_activity_at", "more_than_ago", 30),
            _days("last_activity_at", "within_last", 90),
        ),
    ),
    Prebuilt(
        "churning",
        "Churning",
        "Marked as churning by your staff; or ordered before, and silent for more than 90 days, but not for more than 180.",
        lambda id_of: _any(
            _field("status", "equals", value="churning"),
            _all(
                _ORDERED,
                _days("last_activity_at", "more_than_ago", 90),
                _days("last_activity_at", "within_last", 180),
            ),
        ),
    ),
    Prebuilt(
        "inactive",
        "Inactive",
        "Nothing at all for more than 180 days, counted from when they became known if they never did anything.",
        lambda id_of: _any(_SILENT_180, _NEVER_SEEN),
    ),
    Prebuilt(
        "birthday",
        "Birthday soon",
        "Have their birthday within the next 30 days, today included.",
        lambda id_of: _field("date_of_birth", "anniversary_within", days=30),
    ),
    Prebuilt(
        "price_drop",
        "Wishlist price dropped",
        "Something on their wishlist became cheaper in the last 7 days.",
        lambda id_of: _happened(7, 1, "wishlist.price_dropped"),
    ),
    Prebuilt(
        "unhappy",
        "Unhappy",
        "Gave a 1 or 2 out of 5 as their latest answer, or for any ticket in the last 90 days.",
        lambda id_of: _any(
            _field("csat_last", "at_most", value=2),
            _happened(90, 1, "ticket.rated", where=(_LOW_SCORE,)),
        ),
    ),
    Prebuilt(
        "losing_tier",
        "About to lose their tier",
        "Their loyalty tier ends within the next 30 days.",
        lambda id_of: _days("tier_expires_at", "within_next", 30),
    ),
)
