"""A rule as a tree of frozen values, exactly as its JSON. `rules.parsing` makes one of what people send."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from regulars.segments.rules.measures import Count, Measure
from regulars.segments.rules.operands import Name, Part
from regulars.segments.rules.operators import AtLeast, Test
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.windows import Ever, Window

VERSION = 1
MAX_DEPTH = 10
MAX_CONDITIONS = 200
MAX_KINDS = 10
MAX_FILTERS = 10

# Written by `parse_rule`, which knows the field's type, for those who later read the rule without the vocabulary.
Holds = Annotated[Sort, Field(strict=False)]


class All(Part):
    """Every part must match."""

    type: Literal["all"]
    of: list["Node"] = Field(min_length=1, max_length=MAX_CONDITIONS)


class AnyOf(Part):
    """One part at least must match."""

    type: Literal["any"]
    of: list["Node"] = Field(min_length=1, max_length=MAX_CONDITIONS)


class Not(Part):
    """The part must not match."""

    type: Literal["not"]
    of: "Node"


class OfField(Part):
    """A test of a fact about the customer."""

    type: Literal["field"]
    field: Name
    test: Test = Field(alias="is")
    holds: Holds = Sort.ANY


class Filter(Part):
    """A test of a property of an event."""

    property: Name
    test: Test = Field(alias="is")
    holds: Holds = Sort.ANY


class OfEvents(Part):
    """A test of what is made of the customer's events of some kinds, in a window, that pass all filters."""

    type: Literal["event"]
    events: list[Name] = Field(min_length=1, max_length=MAX_KINDS)
    where: list[Filter] = Field(default_factory=list, max_length=MAX_FILTERS)
    window: Window = Ever()
    measure: Measure = Count()
    test: Test = Field(AtLeast(operator="at_least", value=1), alias="is")


class OfSegment(Part):
    """The customer is in another segment."""

    type: Literal["segment"]
    segment: Name


_Any: TypeAlias = All | AnyOf | Not | OfField | OfEvents | OfSegment
Node = Annotated[_Any, Field(discriminator="type")]


class Rule(Part):
    """Who is in a segment."""

    version: Literal[1]
    root: Node

    def dump(self) -> dict[str, Any]:
        """The rule as JSON to be stored: `load_rule` gives an equal one."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def load_rule(stored: dict[str, Any]) -> Rule:
    """A rule that was dumped. It was checked against the vocabulary when it was made."""
    return Rule.model_validate(stored)
