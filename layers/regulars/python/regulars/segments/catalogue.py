"""A tenant's segments at work: compiled, in order of reference, and indexed by what wakes them.

Remembered by the warm process; one consistent read of the catalogue's revision says whether it still holds.
"""

from collections.abc import Iterable
from functools import cached_property
from graphlib import TopologicalSorter
from zoneinfo import ZoneInfo

from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import sources_of
from regulars.segments.model import Segment
from regulars.segments.rules import Compiled, compile_rule, load_rule
from regulars.segments.store import Stored, read_all, read_revision

_ATTRIBUTES = "attributes."
_remembered: dict[str, "Catalogue"] = {}
_MOST_REMEMBERED = 200


class Catalogue:
    """All segments of a tenant as of one revision. Rules are compiled when they are first needed."""

    def __init__(self, tenant: Tenant, stored: Stored, before: "Catalogue | None" = None) -> None:
        self.tenant = tenant
        self.revision = stored.revision
        self.zone = ZoneInfo(stored.time_zone)
        self.segments: dict[str, Segment] = {segment.id: segment for segment in stored.segments}
        self.thresholds = stored.thresholds
        self._compiled: dict[tuple[str, str], Compiled] = {}
        if before is not None and before.zone == self.zone and before.thresholds == self.thresholds:
            self._compiled = {
                key: rule for key, rule in before._compiled.items() if before._same(key[0], self)
            }

    def _same(self, segment_id: str, other: "Catalogue") -> bool:
        mine, theirs = self.segments.get(segment_id), other.segments.get(segment_id)
        return (
            mine is not None
            and theirs is not None
            and (mine.rule, mine.previous) == (theirs.rule, theirs.previous)
        )

    def compiled(self, segment_id: str) -> Compiled | None:
        """The segment's rule, None of a static one."""
        return self._compile(segment_id, "rule")

    def previous(self, segment_id: str) -> Compiled | None:
        """The rule before an edit that is still being evaluated, None if nobody was in then."""
        return self._compile(segment_id, "previous")

    def _compile(self, segment_id: str, which: str) -> Compiled | None:
        source = getattr(self.segments[segment_id], which)
        if source is None:
            return None
        key = segment_id, which
        if key not in self._compiled:
            self._compiled[key] = compile_rule(load_rule(source), self.zone, self.thresholds)
        return self._compiled[key]

    @cached_property
    def rank(self) -> dict[str, int]:
        """Each segment's place in an order in which those referred to come first."""
        graph = {one: self._referred(one) for one in self.segments}
        return {one: place for place, one in enumerate(TopologicalSorter(graph).static_order())}

    @property
    def order(self) -> tuple[str, ...]:
        """The segments, referred ones before those that refer to them."""
        return tuple(self.rank)

    def _referred(self, segment_id: str) -> set[str]:
        rule = self.compiled(segment_id)
        return set() if rule is None else set(rule.reads.segments) & self.segments.keys()

    @cached_property
    def _readers(self) -> dict[str, frozenset[str]]:
        return _inverted((one, self._referred(one)) for one in self.segments)

    def dependants(self, segment_id: str) -> frozenset[str]:
        """The segments whose rules refer to this one, directly."""
        return self._readers.get(segment_id, frozenset())

    @cached_property
    def dynamic(self) -> frozenset[str]:
        """All segments with a rule."""
        return frozenset(one for one, segment in self.segments.items() if segment.rule is not None)

    @cached_property
    def _by_event(self) -> dict[str, frozenset[str]]:
        return _inverted((one, self._events(one)) for one in self.dynamic)

    @cached_property
    def _by_profile(self) -> dict[str, frozenset[str]]:
        return _inverted((one, self._profile_names(one)) for one in self.dynamic)

    def _events(self, segment_id: str) -> set[str]:
        rule = self.compiled(segment_id)
        assert rule is not None
        known = [FIELD_OF[name] for name in rule.reads.fields if name in FIELD_OF]
        return {event for field in known for event in field.events} | {
            event for kind in rule.reads.kinds for event in sources_of(kind)
        }

    def _profile_names(self, segment_id: str) -> set[str]:
        rule = self.compiled(segment_id)
        assert rule is not None
        names: set[str] = set()
        for name in rule.reads.fields:
            names |= {"attributes"} if name.startswith(_ATTRIBUTES) else set(FIELD_OF[name].profile)
        return names

    def woken_by(self, envelope: Envelope) -> frozenset[str]:
        """The segments that read what an event of a customer changed."""
        name = envelope.name
        if name == "customer.created":
            return self.dynamic
        if name == "customer.updated":
            changed = envelope.data.get("changed", ())
            return frozenset().union(*(self._by_profile.get(one, ()) for one in changed))
        whole_topic = name.partition(".")[0] + ".*"
        return self._by_event.get(name, frozenset()) | self._by_event.get(whole_topic, frozenset())


def _inverted(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, names in pairs:
        for name in names:
            found.setdefault(name, set()).add(one)
    return {name: frozenset(ones) for name, ones in found.items()}


def catalogue_of(tenant: Tenant) -> Catalogue | None:
    """The segments of a tenant as they are now, or None if none were ever made. 1 request unit when nothing changed."""
    before = _remembered.get(tenant.id)
    if before is not None and read_revision(tenant) == before.revision:
        return before
    stored = read_all(tenant)
    if stored is None:
        return None
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    found = _remembered[tenant.id] = Catalogue(tenant, stored, before)
    return found
