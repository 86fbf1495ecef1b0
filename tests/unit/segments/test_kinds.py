"""The kinds of the catalogue are what the product's events say."""

from typing import get_args

import pytest

from regulars.commerce.orders import Status
from regulars.customers import NewInteraction
from regulars.segments.kinds import (
    BOUGHT,
    DIRECTIONS,
    INTERACTIONS,
    KINDS,
    ORDER_STATUSES,
    sources_of,
)
from regulars.segments.rules.values import EventKind
from regulars_cli.generate import event_schemas

SCHEMAS = {name.rpartition(".v")[0]: schema for name, schema in event_schemas().items()}
# What follows from an event's data rather than stands there by that name.
DERIVED = {"items", "properties.query"}
AVAILABLE = [kind for kind in KINDS if kind.available]


def test_no_kind_is_named_twice() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", AVAILABLE, ids=lambda kind: kind.name)
def test_an_available_kind_is_an_event_of_ours_with_properties_of_its_schema(kind: EventKind) -> None:
    names: set[str] = set(DERIVED)
    for source in sources_of(kind.name):
        names |= set(SCHEMAS[source]["properties"])
    if kind.name == BOUGHT:
        names |= set(SCHEMAS["order.placed"]["$defs"]["Bought"]["properties"])
    assert {one.name for one in kind.properties} <= names


@pytest.mark.parametrize("kind", [one for one in KINDS if not one.available], ids=lambda kind: kind.name)
def test_a_kind_to_come_is_no_event_yet(kind: EventKind) -> None:
    assert kind.name not in SCHEMAS, "it has come: say so"


def test_choices_are_those_that_the_use_cases_take() -> None:
    fields = NewInteraction.model_fields
    assert get_args(fields["type"].annotation) == INTERACTIONS
    [direction] = [one for one in get_args(fields["direction"].annotation) if one is not type(None)]
    assert get_args(direction) == DIRECTIONS
    assert tuple(Status) == ORDER_STATUSES
