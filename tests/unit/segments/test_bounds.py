"""What can be told of a rule without history is never wrong."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from regulars.segments.bounds import without_history
from regulars.segments.rules import compile_rule, load_rule, parse_rule
from tests.unit.segments.judging import VOCABULARY
from tests.unit.segments.laws import LAW
from tests.unit.segments.strategies import Scene, scenes

FIELD: dict[str, Any] = {"type": "field", "field": "orders", "is": {"operator": "exists"}}
EVENT: dict[str, Any] = {"type": "event", "events": ["order.placed"]}


def group(kind: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "of": list(parts)}


def negated(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "not", "of": part}


def bounds(root: dict[str, Any]) -> tuple[Any, Any]:
    found = [without_history({"version": 1, "root": root}, possible=one) for one in (True, False)]
    return tuple(one if isinstance(one, bool) else one["root"] for one in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("root", "possible", "sure"),
    [
        (FIELD, FIELD, FIELD),
        (EVENT, True, False),
        (negated(EVENT), True, False),
        (group("all", FIELD, EVENT), group("all", FIELD), False),
        (group("any", FIELD, EVENT), True, group("any", FIELD)),
        (group("all", EVENT, negated(EVENT)), True, False),
        (
            group("all", FIELD, group("any", negated(FIELD), EVENT)),
            group("all", FIELD),
            group("all", FIELD, group("any", negated(FIELD))),
        ),
        (negated(group("all", FIELD, EVENT)), True, negated(group("all", FIELD))),
    ],
)
def test_history_is_taken_for_granted_either_way(root: Any, possible: Any, sure: Any) -> None:
    assert bounds(root) == (possible, sure)


@LAW
@given(scenes())
def test_whoever_matches_could_and_whoever_surely_does_matches(scene: Scene) -> None:
    rule = parse_rule(scene.rule, VOCABULARY)
    compiled = compile_rule(rule, scene.world.zone, scene.world.thresholds)
    for document in scene.documents:
        matches = compiled.matches(document, scene.now)
        bare = replace(document, history={})
        for possible in (True, False):
            bound = without_history(rule.dump(), possible=possible)
            told = (
                bound
                if isinstance(bound, bool)
                else compile_rule(load_rule(bound), scene.world.zone, scene.world.thresholds).matches(
                    bare, scene.now
                )
            )
            assert told >= matches if possible else told <= matches
