"""What becomes of one customer's memberships as time passes and facts move. Pure: the moment and the document come in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Protocol

from regulars.segments.model import Because, Change, Segment, State
from regulars.segments.rules.values import Document, Millis

# A customer whose timer comes late is led through this many moments one by one before being judged by the present.
MAX_STEPS = 64
# After a failed evaluation the next one is due in a minute, then two, four … an hour.
_FIRST_RETRY, _LAST_RETRY = 60_000, 3_600_000


class Rule(Protocol):
    """What is asked of a compiled rule here."""

    def matches(self, document: Document, now: Millis) -> bool: ...

    def next_change(self, document: Document, now: Millis) -> Millis | None: ...


class Book(Protocol):
    """What is asked of a catalogue here; the catalogue in force is one."""

    @property
    def segments(self) -> Mapping[str, Segment]: ...

    @property
    def rank(self) -> Mapping[str, int]: ...

    def compiled(self, segment_id: str) -> Rule | None: ...

    def previous(self, segment_id: str) -> Rule | None: ...

    def dependants(self, segment_id: str) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state afterwards, the changes in their order, how many times a rule was judged, and what failed, with its reason."""

    state: State
    changes: tuple[Change, ...]
    judged: int
    errors: tuple[tuple[str, Exception], ...] = ()


def advance(
    book: Book, state: State, document: Document, woken: Iterable[str], because: Because, now: Millis
) -> Outcome:
    """Lead a customer's memberships to `now`.

    First through the moments at which time alone may have changed a value, each at its own moment however late we come; then
    the `woken` segments at `now`. A segment whose referred segment changed is judged again in the same pass.
    """
    course = _Course(book, state, document)
    for _ in range(MAX_STEPS):
        due = course.due(now)
        if due is None:
            break
        at, segments = due
        course.judge_all(segments, "time", at)
    else:
        course.judge_all([one for one, at in course.next.items() if at <= now], "time", now)
    course.judge_all(woken, because, now)
    return course.outcome()


class _Course:
    """The state on its way."""

    def __init__(self, book: Book, state: State, document: Document) -> None:
        self.book, self.state = book, state
        known = book.segments
        # A segment that was deleted meanwhile is forgotten here.
        self.members = {one: at for one, at in state.members.items() if one in known}
        # A view: rules that refer to segments see what the pass has changed so far.
        self.document = replace(document, segments=self.members.keys())
        self.next = {one: at for one, at in state.next.items() if one in known}
        self.failed = {one: times for one, times in state.failed.items() if one in known}
        self.changes: list[Change] = []
        # Whose membership a quiet edit moved.
        self.hushed: set[str] = set()
        self.errors: list[tuple[str, Exception]] = []
        self.judged = 0

    def due(self, now: Millis) -> tuple[Millis, list[str]] | None:
        """The earliest moment up to `now` at which something may change by time, and what."""
        at = min(self.next.values(), default=None)
        if at is None or at > now:
            return None
        return at, [one for one, moment in self.next.items() if moment == at]

    def judge_all(self, segments: Iterable[str], because: Because, at: Millis) -> None:
        """Judge segments and, as far as they change, those that refer to them; referred ones first."""
        rank = self.book.rank
        waiting = sorted({(rank[one], one) for one in segments if one in rank})
        seen = {one for _, one in waiting}
        while waiting:
            _, segment = heappop(waiting)
            if not self._judge(segment, because, at):
                continue
            for reader in self.book.dependants(segment):
                if reader not in seen:
                    seen.add(reader)
                    heappush(waiting, (rank[reader], reader))

    def _judge(self, segment: str, because: Because, at: Millis) -> bool:
        """Whether the membership changed."""
        rule = self.book.compiled(segment)
        if rule is None:
            return False
        self.judged += 1
        try:
            value, following = rule.matches(self.document, at), rule.next_change(self.document, at)
        except Exception as error:  # noqa: BLE001  (one broken rule must not stop the others)
            self._stumble(segment, error, at)
            return False
        self.failed.pop(segment, None)
        self._plan(segment, following)
        was = segment in self.members
        if value == was:
            return False
        self._change(segment, value, because, at, self._by_edit(segment, was, at))
        return True

    def _by_edit(self, segment: str, was: bool, at: Millis) -> bool:
        """Whether a change comes of a quiet edit alone, of this segment or of one that it refers to: without it, the customer
        would be as they were."""
        quiet = self.book.segments[segment].quiet
        if not quiet and not self.hushed:
            return False
        before = self.book.previous(segment) if quiet else self.book.compiled(segment)
        as_before = replace(self.document, segments=self.members.keys() ^ self.hushed)
        return was == (before is not None and before.matches(as_before, at))

    def _change(self, segment: str, entered: bool, because: Because, at: Millis, silent: bool) -> None:
        if silent:
            self.hushed.add(segment)
        since = None if entered else self.members.pop(segment)
        if entered:
            self.members[segment] = at
        self.changes.append(Change(segment, entered, at, because, silent, since))

    def _plan(self, segment: str, at: Millis | None) -> None:
        if at is None:
            self.next.pop(segment, None)
        else:
            self.next[segment] = at

    def _stumble(self, segment: str, error: Exception, at: Millis) -> None:
        times = self.failed.get(segment, 0)
        self.failed[segment] = times + 1
        self.next[segment] = at + min(_LAST_RETRY, _FIRST_RETRY << min(times, 10))
        self.errors.append((segment, error))

    def outcome(self) -> Outcome:
        state = replace(self.state, members=self.members, next=self.next, failed=self.failed)
        return Outcome(state, tuple(self.changes), self.judged, tuple(self.errors))
