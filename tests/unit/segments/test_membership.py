"""What becomes of a customer's memberships, with rules made for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from regulars.segments.membership import MAX_STEPS, advance
from regulars.segments.model import Kind, Segment, State
from regulars.segments.rules.values import Document

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@dataclass
class At:
    """A rule that is true from some moments on, false from others: `turns` are when its value changes, first to true."""

    turns: list[int]
    judged: list[int] = field(default_factory=list)

    def matches(self, document: Document, now: int) -> bool:
        self.judged.append(now)
        return sum(1 for turn in self.turns if turn <= now) % 2 == 1

    def next_change(self, document: Document, now: int) -> int | None:
        return next((turn for turn in self.turns if turn > now), None)


@dataclass
class When:
    """A rule that asks the document."""

    condition: Callable[[Document], bool]

    def matches(self, document: Document, now: int) -> bool:
        return self.condition(document)

    def next_change(self, document: Document, now: int) -> int | None:
        return None


class Broken:
    def matches(self, document: Document, now: int) -> bool:
        raise ArithmeticError("no such luck")

    def next_change(self, document: Document, now: int) -> int | None:
        return None


class Book:
    def __init__(self, quiet: bool = False, before: object = None, **rules: object) -> None:
        self.rules = rules
        self.before = before
        self.segments = {name: Segment(name, name, Kind.DYNAMIC, {}, NOW, NOW, quiet=quiet) for name in rules}
        self.rank = {name: place for place, name in enumerate(rules)}
        self.readers: dict[str, set[str]] = {}

    def compiled(self, segment_id: str) -> object:
        return self.rules[segment_id]

    def previous(self, segment_id: str) -> object:
        return self.before

    def dependants(self, segment_id: str) -> set[str]:
        return self.readers.get(segment_id, set())


def moves(outcome: object) -> list[tuple[str, bool, int]]:
    return [(one.segment, one.entered, one.at) for one in outcome.changes]


def test_only_what_was_woken_is_judged() -> None:
    book = Book(a=At([5]), b=At([5]))
    outcome = advance(book, State(), Document({}), {"a"}, "event", 10)
    assert moves(outcome) == [("a", True, 10)]
    assert outcome.judged == 1


def test_a_late_timer_still_moves_people_at_their_own_moments() -> None:
    book = Book(a=At([5, 20, 40]))
    state = advance(book, State(), Document({}), {"a"}, "event", 1).state
    outcome = advance(book, state, Document({}), set(), "time", 100)
    assert moves(outcome) == [("a", True, 5), ("a", False, 20), ("a", True, 40)]
    assert outcome.state.members == {"a": 40}
    assert outcome.state.next == {}


def test_a_moment_that_is_still_to_come_moves_nobody() -> None:
    book = Book(a=At([5]))
    state = advance(book, State(), Document({}), {"a"}, "event", 1).state
    outcome = advance(book, state, Document({}), set(), "time", 4)
    assert outcome.changes == ()
    assert outcome.judged == 0
    assert outcome.state.next == {"a": 5}


def test_a_rule_that_keeps_changing_is_led_step_by_step_only_so_far() -> None:
    rule = At(list(range(1, 1000)))
    outcome = advance(Book(a=rule), State(next={"a": 1}), Document({}), set(), "time", 5000)
    assert len(rule.judged) == MAX_STEPS + 1
    assert rule.judged[-1] == 5000
    assert outcome.state.next == {}


def test_segments_that_refer_to_others_follow_in_the_same_pass() -> None:
    book = Book(
        a=At([5]),
        b=When(lambda document: "a" in document.segments),
        c=When(lambda document: "b" in document.segments),
    )
    book.readers = {"a": {"b"}, "b": {"c"}}
    state = advance(book, State(), Document({}), {"a", "b", "c"}, "event", 1).state
    outcome = advance(book, state, Document({}), set(), "time", 9)
    assert moves(outcome) == [("a", True, 5), ("b", True, 5), ("c", True, 5)]


def test_a_segment_whose_reference_did_not_change_sleeps_on() -> None:
    book = Book(a=At([50]), b=When(lambda document: "a" in document.segments))
    book.readers = {"a": {"b"}}
    outcome = advance(book, State(), Document({}), {"a"}, "event", 1)
    assert outcome.judged == 1


def test_a_broken_rule_is_tried_again_later_and_stops_nobody_else() -> None:
    book = Book(a=Broken(), b=At([1]))
    outcome = advance(book, State(), Document({}), {"a", "b"}, "event", 1000)
    assert moves(outcome) == [("b", True, 1000)]
    assert [segment for segment, _ in outcome.errors] == ["a"]
    assert outcome.state.failed == {"a": 1}
    assert outcome.state.next == {"a": 61_000}
    again = advance(book, outcome.state, Document({}), set(), "time", 61_000)
    assert again.state.failed == {"a": 2}
    assert again.state.next == {"a": 61_000 + 120_000}


def test_a_mended_rule_is_no_longer_noted_as_failed() -> None:
    state = State(failed={"a": 3}, next={"a": 5})
    outcome = advance(Book(a=At([1])), state, Document({}), set(), "time", 10)
    assert outcome.state.failed == {}
    assert moves(outcome) == [("a", True, 5)]


def test_what_a_quiet_edit_alone_changes_is_silent() -> None:
    nobody_before = Book(quiet=True, before=None, a=At([1]))
    outcome = advance(nobody_before, State(), Document({}), {"a"}, "event", 10)
    assert [one.silent for one in outcome.changes] == [True]


def test_a_quiet_edit_is_quiet_for_those_that_refer_to_it_too() -> None:
    book = Book(a=At([1]), b=When(lambda document: "a" in document.segments))
    book.segments["a"] = replace(book.segments["a"], quiet=True)
    book.readers = {"a": {"b"}}
    outcome = advance(book, State(), Document({}), {"a"}, "edit", 10)
    assert moves(outcome) == [("a", True, 10), ("b", True, 10)]
    assert [one.silent for one in outcome.changes] == [True, True]


def test_what_an_event_changes_during_a_quiet_edit_is_told() -> None:
    everybody_before = Book(quiet=True, before=At([1]), a=At([1]))
    outcome = advance(everybody_before, State(), Document({}), {"a"}, "event", 10)
    assert [one.silent for one in outcome.changes] == [False]


def test_a_deleted_segment_is_forgotten() -> None:
    state = State(members={"gone": 1}, next={"gone": 2}, failed={"gone": 1})
    outcome = advance(Book(a=At([5])), state, Document({}), {"a"}, "event", 1)
    assert outcome.state.members == {}
    assert outcome.state.next == {"a": 5}
    assert outcome.state.failed == {}


@pytest.mark.parametrize("since", [0, 7])
def test_a_change_out_says_since_when_it_had_lasted(since: int) -> None:
    outcome = advance(Book(a=At([])), State(members={"a": since}), Document({}), {"a"}, "event", 9)
    assert [one.since for one in outcome.changes] == [since]
