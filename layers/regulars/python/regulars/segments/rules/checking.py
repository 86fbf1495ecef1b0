"""Whether a well-formed rule makes sense in a tenant's vocabulary, and what its tests will find in the fields."""

from collections.abc import Iterator

from regulars.kernel.errors import Fault
from regulars.segments.rules import measures
from regulars.segments.rules.measures import ALWAYS_THERE, SUMMABLE
from regulars.segments.rules.nodes import All, AnyOf, Filter, Node, Not, OfEvents, OfField, OfSegment
from regulars.segments.rules.operators import Operator, Target
from regulars.segments.rules.operators.base import NUMERIC
from regulars.segments.rules.sorts import Sort, sort_of, sort_of_type
from regulars.segments.rules.values import EventKind, Property, ValueType
from regulars.segments.rules.vocabulary import Vocabulary


class Checker:
    """Goes through a tree and collects the faults on the way."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.faults: list[Fault] = []

    def checked(self, node: Node, at: str) -> Node:
        """The node, with what its fields and properties hold written into it."""
        match node:
            case All() | AnyOf():
                of = [self.checked(part, f"{at}/of/{place}") for place, part in enumerate(node.of)]
                return node.model_copy(update={"of": of})
            case Not():
                return node.model_copy(update={"of": self.checked(node.of, f"{at}/of")})
            case OfField():
                return self._field(node, at)
            case OfEvents():
                return self._events(node, at)
            case OfSegment():
                return node

    def _refuse(self, pointer: str, detail: str) -> None:
        self.faults.append(Fault(pointer, detail))

    def _field(self, node: OfField, at: str) -> OfField:
        field = self._vocabulary.field(node.field)
        if field is None:
            self._refuse(f"{at}/field", f"there is no field {node.field!r}")
            return node
        self._test(node.test, Target(field.label, field.type, field.choices, field.ranked), at)
        return node.model_copy(update={"holds": sort_of(field)})

    def _events(self, node: OfEvents, at: str) -> OfEvents:
        kinds: list[EventKind] = []
        for place, name in enumerate(node.events):
            kind = self._vocabulary.kind(name)
            if kind is None:
                self._refuse(f"{at}/events/{place}", f"there is no kind of event {name!r}")
            else:
                kinds.append(kind)
        for pointer, detail in node.window.problems():
            self._refuse(f"{at}/window{pointer}", detail)
        where = [self._filter(one, kinds, f"{at}/where/{place}") for place, one in enumerate(node.where)]
        target = self._measured(node, kinds, f"{at}/measure")
        if target is not None:
            self._test(node.test, target, at)
        return node.model_copy(update={"where": where})

    def _filter(self, given: Filter, kinds: list[EventKind], at: str) -> Filter:
        found = self._property(given.property, kinds, f"{at}/property")
        if found is None:
            return given
        self._test(given.test, Target(found.label, found.type, found.choices), at)
        return given.model_copy(update={"holds": sort_of(found)})

    def _measured(self, node: OfEvents, kinds: list[EventKind], at: str) -> Target | None:
        """What the test of a measure is asked of; None if that is unknown."""
        measure = node.measure
        label, always = measure.label(), isinstance(measure, ALWAYS_THERE)
        if not isinstance(measure, measures.Sum | measures.Average):
            type_ = ValueType.MOMENT if measure.sort() is Sort.MOMENT else ValueType.NUMBER
            return Target(label, type_, always=always)
        found = self._property(measure.property, kinds, f"{at}/property")
        if found is None:
            return None
        if found.type not in SUMMABLE:
            self._refuse(f"{at}/property", f"cannot be added up: {found.label} holds {_plural(found.type)}")
            return None
        return Target(label, found.type if found.type in NUMERIC else ValueType.NUMBER, always=always)

    def _property(self, name: str, kinds: list[EventKind], at: str) -> Property | None:
        """The property as all the kinds have it."""
        found: list[Property] = []
        for kind in kinds:
            known = next((one for one in kind.properties if one.name == name), None)
            if known is None and not kind.open:
                self._refuse(at, f"{kind.label} has no property {name!r}")
                return None
            found.append(known or Property(name, name, ValueType.ANY))
        if not found:
            return None
        typed = [one for one in found if one.type is not ValueType.ANY] or found[:1]
        if len({sort_of_type(one.type) for one in typed}) > 1:
            self._refuse(at, "holds different things in these events: ask for each in a condition of its own")
            return None
        return _merged(typed)

    def _test(self, test: Operator, target: Target, at: str) -> None:
        self.faults += [Fault(f"{at}/is{pointer}", detail) for pointer, detail in _misfits(test, target)]


def _misfits(test: Operator, target: Target) -> Iterator[tuple[str, str]]:
    if target.type is not ValueType.ANY and target.type not in test.applies:
        yield "/operator", f"cannot be used here: {target.name} holds {_plural(target.type)}"
    elif target.always and test.asks_presence:
        yield "/operator", f"cannot be used here: {target.name} is always known"
    elif test.needs_ranks and not target.ranked:
        yield "/operator", f"cannot be used here: the values of {target.name} are not ranked"
    else:
        yield from test.misfits(target)


def _merged(found: list[Property]) -> Property:
    """One property of several events that agree on it; a choice may be any of theirs."""
    first = found[0]
    types = {one.type for one in found}
    if len(types) > 1:
        return Property(first.name, first.label, ValueType.NUMBER if types <= NUMERIC else ValueType.TEXT)
    limited = all(one.choices for one in found)
    choices = tuple(dict.fromkeys(choice for one in found for choice in one.choices)) if limited else ()
    return Property(first.name, first.label, first.type, choices)


def _plural(type_: ValueType) -> str:
    words = {ValueType.TEXT: "text", ValueType.BOOLEAN: "true or false", ValueType.MONEY: "money"}
    return words.get(type_, f"{type_.value}s")
