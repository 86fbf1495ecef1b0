"""What has to be known of a customer before segments can judge them; the same for live and bulk evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass

from regulars.customers import Facts
from regulars.segments.catalogue import Catalogue
from regulars.segments.documents import document_of, read_history
from regulars.segments.rules import Compiled, Reads
from regulars.segments.rules.values import Document, Millis


def reached(catalogue: Catalogue, segments: Iterable[str]) -> set[str]:
    """The segments, and all that refer to them through any number of steps, of those that there are."""
    found = set(segments)
    waiting = list(found)
    while waiting:
        further = catalogue.dependants(waiting.pop()) - found
        found |= further
        waiting += further
    return found & catalogue.segments.keys()


def rules_of(catalogue: Catalogue, segments: Iterable[str]) -> list[Compiled]:
    """The rules of segments, with those before an edit that is not to be told of."""
    known = list(segments)
    rules = [catalogue.compiled(one) for one in known]
    rules += [catalogue.previous(one) for one in known if catalogue.segments[one].quiet]
    return [rule for rule in rules if rule is not None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a set of rules reads; `since` is the oldest moment of which they need to know the history (None: ever)."""

    reads: Reads
    since: Millis | None

    @classmethod
    def of(cls, rules: Iterable[Compiled], at: Millis) -> "Question":
        """What the rules need in order to judge at `at` and later."""
        every = list(rules)
        sinces = [rule.history_since(at) for rule in every if rule.reads.kinds]
        since = None if None in sinces else min((one for one in sinces if one is not None), default=None)
        return cls(Reads.of_all([rule.reads for rule in every]), since)

    def document(self, facts: Facts, members: frozenset[str] | set[str] = frozenset()) -> Document:
        """The customer as the rules see them; reads their history if the rules ask for it and the facts say it may matter."""
        history = None
        if self.reads.kinds:
            history = read_history(facts.tenant, facts, self.reads.kinds, self.since)
        return document_of(facts, self.reads, segments=members, history=history)
