"""What of a customer's events the facts keep count of, and what may be concluded from the counts."""

from collections.abc import Mapping

from regulars.customers.facts import MAX_CHOICES, MAX_KINDS, OTHER_KIND, Facts
from regulars.kernel.clock import iso

_OWN = "behaviour."
# Of messages, what a person did with them; what we send, or what bounces, is nothing that the customer did.
_PERSONAL = frozenset({"order.placed", "message.opened", "message.clicked"})


def is_activity(name: str) -> bool:
    """Whether an event is something that the customer did, rather than staff, an import job or we: such events are counted."""
    topic, _, what = name.partition(".")
    return name in _PERSONAL or (topic in {"behaviour", "cart", "visit"} and what != "abandoned")


def counted_as(name: str) -> str:
    """Under which name the facts count events of a name."""
    return name.removeprefix(_OWN)


def latest_at_most(facts: Facts, name: str) -> str | None:
    """A moment (ISO 8601) after which no event of a counted kind lies, by the facts; None if there was none ever.

    The moment of events taken back stays, and kinds beyond `MAX_KINDS` share one: there may be none at that moment.
    """
    kind = counted_as(name)
    shared = facts.seen.get(OTHER_KIND) if len(facts.seen) >= MAX_KINDS else None
    last = facts.seen.get(kind, shared)
    if name == "order.placed" and facts.last_order_at is not None:
        # The totals are exact at once, the counts follow.
        last = max(last or "", iso(facts.last_order_at))
    return last


def choices(facts: Facts, what: str) -> Mapping[str, int]:
    """How often each `category`, `payment` or `channel` was chosen, of those with a name of their own."""
    made = facts.habits.get(what, {})
    if len(made) < MAX_CHOICES:
        return made
    return {choice: times for choice, times in made.items() if choice != OTHER_KIND}


def favourite(facts: Facts, what: str) -> str | None:
    """What was chosen most often; of several the first by name. None without any."""
    return min(choices(facts, what).items(), key=lambda made: (-made[1], made[0]), default=(None, 0))[0]
