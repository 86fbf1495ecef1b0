"""Scenes: a random rule with random customers, around a moment worth standing at."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import strategies as st

from regulars.segments.rules.values import Document, Occurrence, Value, ValueType
from tests.unit.segments.drawn_rules import leaf, leaves, tree
from tests.unit.segments.oracle import World
from tests.unit.segments.pen import MISTYPED, Dice, Pen, Roll, moment
from tests.unit.segments.words import CHANNELS, FIELDS, KINDS, OWN_KIND, PLANS, PROPERTIES, SEGMENTS, ZONES


@dataclass(frozen=True)
class Scene:
    """A rule, the world it is read in, a moment around which all happens, and some customers."""

    rule: dict[str, Any]
    world: World
    now: int
    documents: list[Document] = field(default_factory=list)


def occurrence(pen: Pen, kind: str, number: int, at: int) -> Occurrence:
    held: dict[str, Value] = {}
    for name, type_ in PROPERTIES[kind].items():
        odd = 9 - pen.roll(0, 9)
        if odd == 0:
            held[name] = pen.pick(MISTYPED)
        elif odd > 1:
            held[name] = pen.value(type_, CHANNELS)
    return Occurrence(at, f"evt_{number:04d}", held)


def document(pen: Pen, fields: set[str], kinds: set[str]) -> Document:
    """A customer with those fields and kinds, and perhaps one more of each that nobody asks for."""
    held: dict[str, Value] = {}
    for name in sorted(fields | set(pen.some(sorted(FIELDS), 0, 1))):
        one = FIELDS[name]
        missing = pen.once_in(8)
        kind = ValueType.DAY if name == "age" else one.type
        held[name] = None if missing else pen.value(kind, PLANS)
    history: dict[str, list[Occurrence]] = {}
    number = 0
    for kind in sorted(kinds | set(pen.some((*sorted(KINDS), OWN_KIND), 0, 1))):
        found = []
        for _ in range(pen.roll(0, 5)):
            number += 1
            at = found[-1].at if found and pen.once_in(6) else pen.near()
            found.append(occurrence(pen, kind, number, at))
        history[kind] = sorted(found, key=lambda one: (one.at, one.id), reverse=True)
    members = frozenset(pen.some(SEGMENTS, 0))
    return Document(held, history, members)


def scene(roll: Roll, documents: int, only_leaves: bool) -> Scene:
    """Everything a rule can be judged in, as the dice fall."""
    zone = Dice(roll).pick(ZONES)
    pen = Pen(roll, moment(Dice(roll), zone), zone)
    root = leaf(pen) if only_leaves else tree(pen)
    keys = pen.some([f"{name}:{part}:20" for name in ("score", "spent") for part in ("top", "bottom")], 0)
    thresholds = {key: pen.pick((0, 5, 1000, 2000)) for key in keys}
    conditions = leaves(root)
    fields = {one["field"] for one in conditions if one["type"] == "field"}
    kinds = {kind for one in conditions if one["type"] == "event" for kind in one["events"]}
    many = [document(pen, fields, kinds) for _ in range(documents)]
    return Scene({"version": 1, "root": root}, World(zone, FIELDS, KINDS, thresholds), pen.now, many)


@cache
def numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def scenes(draw: Any, documents: int = 3, only_leaves: bool = False) -> Scene:
    """Scenes for laws. `only_leaves`: the rule is one condition."""
    return scene(lambda low, high: int(draw(numbers(low, high))), documents, only_leaves)
