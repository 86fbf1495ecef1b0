"""Every way to evaluate a rule says what the independent oracle says, and nothing changes before the moment announced."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.rules import Compiled, Vocabulary, compile_rule, load_rule, parse_rule
from regulars.segments.rules.columns import Columns, matches_columns
from regulars.segments.rules.values import Document
from tests.unit.segments import clock
from tests.unit.segments.edges import LAST, edges
from tests.unit.segments.laws import LAW
from tests.unit.segments.oracle import truth
from tests.unit.segments.strategies import Scene, scenes
from tests.unit.segments.words import FIELDS, KINDS

VOCABULARY = Vocabulary(FIELDS, KINDS)
WAKES = 16
NEVER = clock.ms(datetime(9999, 12, 31, tzinfo=UTC))


def compiled(scene: Scene) -> Compiled:
    return compile_rule(parse_rule(scene.rule, VOCABULARY), scene.world.zone, scene.world.thresholds)


def timeline(scene: Scene, document: Document) -> tuple[list[int], list[bool]]:
    """Moments from years before the scene to years after, and the oracle's verdict at each."""
    points = sorted({scene.now, *edges(scene.rule, document, scene.now, scene.world)})
    return points, [truth(scene.rule, document, at, scene.world) for at in points]


def starts(points: Sequence[int], values: Sequence[bool]) -> list[int]:
    """Where to stand and ask for the next change: just before each flip, some way before it, at it, and at the ends."""
    flips = [index for index in range(1, len(points)) if values[index] != values[index - 1]]
    wanted = {0, len(points) // 2, len(points) - 1}
    for index in flips[:8]:
        wanted |= {index, index - 1, max(index - 7, 0)}
    return [points[index] for index in sorted(wanted)]


def assert_unchanged(
    scene: Scene, document: Document, now: int, then: int | None, points: list[int], values: list[bool]
) -> None:
    """The oracle sees no change from `now` until just before `then` (None: for good)."""
    assert then is None or now < then < NEVER
    verdict = truth(scene.rule, document, now, scene.world)
    first, after = bisect_right(points, now), len(points) if then is None else bisect_left(points, then)
    for index in range(first, after):
        assert values[index] == verdict, (
            f"changed at {points[index]}, which is before {then}, seen from {now}"
        )
    if then is not None and then < LAST:
        assert truth(scene.rule, document, then - 1, scene.world) == verdict


@LAW
@given(scenes(documents=4))
def test_every_way_to_evaluate_agrees_with_the_oracle(scene: Scene) -> None:
    judge = compiled(scene)
    columns = Columns.of(scene.documents, [judge])
    moments = {scene.now}
    for document in scene.documents:
        around = edges(scene.rule, document, scene.now, scene.world)
        moments.update(around[:: max(len(around) // 6, 1)])
    for now in sorted(moments):
        expected = [truth(scene.rule, document, now, scene.world) for document in scene.documents]
        bound = judge.at(now)
        assert [judge.matches(document, now) for document in scene.documents] == expected
        assert [bound(document) for document in scene.documents] == expected
        explained = [judge.explain(document, now) for document in scene.documents]
        assert [one.matches for one in explained] == expected
        assert [json.loads(json.dumps(one.dump()))["matches"] for one in explained] == expected
        assert matches_columns(judge, columns, now).tolist() == expected


@LAW
@given(scenes(documents=1))
def test_nothing_changes_before_the_next_change(scene: Scene) -> None:
    judge, document = compiled(scene), scene.documents[0]
    points, values = timeline(scene, document)
    for now in starts(points, values):
        then = judge.next_change(document, now)
        assert_unchanged(scene, document, now, then, points, values)
        assert judge.explain(document, now).next_change == then


@LAW
@given(scenes(documents=1, only_leaves=True))
def test_one_condition_alone_announces_the_very_moment_of_its_change(scene: Scene) -> None:
    judge, document = compiled(scene), scene.documents[0]
    points, values = timeline(scene, document)
    # Another event may come to pass the filters and leave the verdict as it is.
    filtered = "where" in scene.rule["root"]
    for now in starts(points, values):
        then = judge.next_change(document, now)
        assert_unchanged(scene, document, now, then, points, values)
        if then is not None and then < LAST and not filtered:
            before = truth(scene.rule, document, now, scene.world)
            assert truth(scene.rule, document, then, scene.world) != before


@LAW
@given(scenes(documents=1))
def test_waking_at_each_next_change_leads_through_every_change(scene: Scene) -> None:
    judge, document = compiled(scene), scene.documents[0]
    points, values = timeline(scene, document)
    now = points[len(points) // 3]
    for _ in range(WAKES):
        then = judge.next_change(document, now)
        assert_unchanged(scene, document, now, then, points, values)
        if then is None:
            break
        now = then


@LAW
@given(scenes(documents=1), st.integers(0, 36 * 60))
def test_nothing_changes_minute_by_minute_for_a_day_and_a_half(scene: Scene, offset: int) -> None:
    judge, document = compiled(scene), scene.documents[0]
    points, values = timeline(scene, document)
    flip = next(
        (at for at, old, new in zip(points[1:], values, values[1:], strict=False) if old != new), scene.now
    )
    now = flip - offset * 60_000
    then = judge.next_change(document, now)
    verdict = truth(scene.rule, document, now, scene.world)
    end = now + 36 * clock.HOUR_MS if then is None else min(then, now + 36 * clock.HOUR_MS)
    for at in range(now, end, 15 * 60_000):
        assert truth(scene.rule, document, at, scene.world) == verdict
    for at in range(max(now, end - 90 * 60_000), end, 60_000):
        assert truth(scene.rule, document, at, scene.world) == verdict


@LAW
@given(scenes(documents=2))
def test_what_a_rule_does_not_read_changes_nothing(scene: Scene) -> None:
    judge = compiled(scene)
    reads = judge.reads
    for document in scene.documents:
        bare = Document(
            {name: value for name, value in document.fields.items() if name in reads.fields},
            {kind: history for kind, history in document.history.items() if kind in reads.kinds},
            document.segments & reads.segments,
        )
        assert judge.matches(bare, scene.now) == truth(scene.rule, document, scene.now, scene.world)
        assert judge.next_change(bare, scene.now) == judge.next_change(document, scene.now)
        assert reads.timed or judge.next_change(document, scene.now) is None
    fewer = {key: value for key, value in scene.world.thresholds.items() if key in reads.thresholds}
    again = compiled(replace(scene, world=replace(scene.world, thresholds=fewer)))
    for document in scene.documents:
        assert again.matches(document, scene.now) == judge.matches(document, scene.now)


@LAW
@given(scenes(documents=1))
def test_history_before_the_oldest_that_matters_changes_nothing(scene: Scene) -> None:
    judge, document = compiled(scene), scene.documents[0]
    points, values = timeline(scene, document)
    for now in starts(points, values)[:6]:
        since = judge.history_since(now)
        if since is None:
            continue
        short = replace(
            document,
            history={
                kind: [one for one in history if one.at >= since]
                for kind, history in document.history.items()
            },
        )
        assert judge.matches(short, now) == truth(scene.rule, document, now, scene.world)
        assert_unchanged(scene, document, now, judge.next_change(short, now), points, values)


@LAW
@given(scenes(documents=1))
def test_a_rule_stored_and_loaded_is_the_same_rule(scene: Scene) -> None:
    rule = parse_rule(scene.rule, VOCABULARY)
    assert load_rule(rule.dump()) == rule
    assert parse_rule(rule.dump(), VOCABULARY) == rule
    assert load_rule(rule.dump()).dump() == rule.dump()
    document, world = scene.documents[0], scene.world
    loaded = compile_rule(load_rule(rule.dump()), world.zone, world.thresholds)
    assert loaded.matches(document, scene.now) == truth(scene.rule, document, scene.now, world)
    assert truth(rule.dump(), document, scene.now, world) == truth(scene.rule, document, scene.now, world)


@LAW
@given(st.lists(scenes(documents=2), min_size=2, max_size=3))
def test_many_rules_read_the_same_columns(many: list[Scene]) -> None:
    documents = [document for scene in many for document in scene.documents]
    rules = [replace(scene, world=many[0].world) for scene in many]
    judges = [compiled(scene) for scene in rules]
    columns = Columns.of(documents, judges)
    for scene, judge in zip(rules, judges, strict=True):
        expected = [truth(scene.rule, document, scene.now, scene.world) for document in documents]
        assert matches_columns(judge, columns, scene.now).tolist() == expected
        assert [judge.matches(document, scene.now) for document in documents] == expected
