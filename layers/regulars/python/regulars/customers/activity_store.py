"""What `keep_facts` writes of a customer's events: counts, last-seen moments, habits and balances of points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pynamodb.expressions.update import Action

from regulars.customers.facts import (
    MAX_CHOICES,
    MAX_KINDS,
    OTHER_KIND,
    Facts,
    FactsItem,
    FactsMovedError,
    facts_key,
)
from regulars.kernel.clock import iso
from regulars.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Activity:
    """How often each kind of thing happened, each kind's latest moment, and how often each choice was made.

    `habits` maps what is chosen (`category`, `payment`, `channel`) to how often each was; `points` is as in the facts.
    """

    counts: Mapping[str, int]
    seen: Mapping[str, datetime]
    habits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    points: Mapping[str, Sequence[int]] = field(default_factory=dict)


def note_activity(tx: Transaction, facts: Facts, activity: Activity) -> None:
    """Add to `tx` the new counts, last-seen moments and balances of `facts`; the commit raises FactsMovedError as above.

    Of balances the one with the highest number holds: told twice or late they change nothing, and write nothing alone.
    """
    points = latest_points(facts.points, activity.points)
    if not activity.counts and points == facts.points:
        return
    counts, seen = dict(facts.counts), dict(facts.seen)
    for name, times in activity.counts.items():
        kept = name if name in counts or len(counts) < MAX_KINDS else OTHER_KIND
        counts[kept] = counts.get(kept, 0) + times
    for name, at in activity.seen.items():
        kept = name if name in seen or len(seen) < MAX_KINDS else OTHER_KIND
        seen[kept] = max(seen.get(kept, ""), iso(at))
    actions: list[Action] = [
        FactsItem.counts.set(counts),
        FactsItem.seen.set(seen),
        FactsItem.habits.set(_added_habits(facts, activity)),
        FactsItem.activity_revision.set(facts.activity_revision + 1),
    ]
    if points:
        actions.append(FactsItem.points.set(points))
    if latest := max(seen.values(), default=""):
        actions.append(FactsItem.last_activity_at.set(datetime.fromisoformat(latest)))
    item = FactsItem(*facts_key(tx.tenant, facts.customer_id))
    tx.update(item, actions, FactsItem.activity_revision == facts.activity_revision, FactsMovedError())


def latest_points(*told: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Each program's number and balance, of those told the ones with the highest number."""
    latest: dict[str, list[int]] = {}
    for programs in told:
        for program_id, numbered in programs.items():
            latest[program_id] = max(latest.get(program_id, [0, 0]), list(numbered))
    return latest


def _added_habits(facts: Facts, activity: Activity) -> dict[str, dict[str, int]]:
    habits = {what: dict(choices) for what, choices in facts.habits.items()}
    for what, choices in activity.habits.items():
        made = habits.setdefault(what, {})
        for choice, times in choices.items():
            kept = choice if choice in made or len(made) < MAX_CHOICES else OTHER_KIND
            made[kept] = made.get(kept, 0) + times
    return habits
