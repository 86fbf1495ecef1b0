"""Segments that refer to segments: found, followed, and refused when they lead back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.errors import InvalidError
from regulars.segments.model import Kind, Segment
from regulars.segments.references import check_references, readers_of, segment_conditions, with_readers

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def rule(*names: str) -> dict[str, Any]:
    field = {"type": "field", "field": "orders", "is": {"operator": "exists"}}
    of = [field, *({"type": "segment", "segment": name} for name in names)]
    return {"version": 1, "root": {"type": "all", "of": of}}


def book(**references: tuple[str, ...]) -> dict[str, Segment]:
    return {
        name: Segment(name, name.upper(), Kind.DYNAMIC, rule(*others), NOW, NOW)
        for name, others in references.items()
    }


def test_conditions_are_found_at_any_depth() -> None:
    inner = {"type": "segment", "segment": "a"}
    root = {"type": "any", "of": [{"type": "not", "of": {"type": "all", "of": [inner]}}, inner]}
    assert sorted(segment_conditions({"version": 1, "root": root})) == [
        ("/root/of/0/of/of/0", "a"),
        ("/root/of/1", "a"),
    ]
    assert list(segment_conditions(None)) == []


def test_readers_are_followed_through_any_number_of_steps() -> None:
    known = book(a=(), b=("a",), c=("b",), d=("a", "c"), e=())
    assert {one.id for one in readers_of(known, "a")} == {"b", "d"}
    assert with_readers(known, ["b"]) == ["b", "c", "d"]
    assert with_readers(known, ["e", "new"]) == ["e", "new"]


@pytest.mark.parametrize(
    ("to", "path"),
    [("a", "A → A"), ("b", "A → B → A"), ("c", "A → C → B → A"), ("d", "A → D → B → A")],
)
def test_the_shortest_way_back_is_named(to: str, path: str) -> None:
    known = book(a=(), b=("a",), c=("b",), d=("c", "b"))
    with pytest.raises(InvalidError) as refused:
        check_references(rule(to), known, known["a"])
    [fault] = refused.value.faults
    assert fault.pointer == "/rule/root/of/1/segment"
    assert fault.detail.endswith(path)


def test_every_bad_reference_is_pointed_at() -> None:
    known = book(a=(), b=("a",))
    with pytest.raises(InvalidError) as refused:
        check_references(rule("b", "nobody", "a"), known, known["a"], at="/there")
    assert [fault.pointer for fault in refused.value.faults] == [
        f"/there/root/of/{place}/segment" for place in (1, 2, 3)
    ]


names = st.sampled_from("abcdef")


@given(st.lists(st.tuples(names, st.sets(names, max_size=3)), max_size=25))
def test_whatever_edits_pass_there_is_never_a_circle(edits: list[tuple[str, set[str]]]) -> None:
    known = book(**dict.fromkeys("abcdef", ()))
    for name, others in edits:
        wanted = rule(*sorted(others))
        try:
            check_references(wanted, known, known[name])
        except InvalidError:
            continue
        known |= {name: Segment(name, name.upper(), Kind.DYNAMIC, wanted, NOW, NOW)}
    for name in known:
        assert name not in with_readers(known, [one.id for one in readers_of(known, name)])
