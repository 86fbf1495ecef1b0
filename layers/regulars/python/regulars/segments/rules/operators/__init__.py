"""The operators of the rule language. A new one is a class in here and a line in `Test`."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from regulars.segments.rules.operators.anniversaries import AnniversaryBetween, AnniversaryWithin
from regulars.segments.rules.operators.base import Operator, Subject, Target
from regulars.segments.rules.operators.contents import (
    Contains,
    ContainsAll,
    ContainsAny,
    ContainsNone,
    EndsWith,
    NotContains,
    StartsWith,
)
from regulars.segments.rules.operators.dates import (
    After,
    Before,
    Between,
    InPeriod,
    MoreThanAgo,
    MoreThanAhead,
    On,
    WithinLast,
    WithinNext,
)
from regulars.segments.rules.operators.equality import Equals, NoneOf, NotEquals, OneOf
from regulars.segments.rules.operators.presence import Exists, NotExists
from regulars.segments.rules.operators.sizes import AtLeast, AtMost, GreaterThan, LessThan, Percentile

_Any: TypeAlias = (
    Exists
    | NotExists
    | Equals
    | NotEquals
    | OneOf
    | NoneOf
    | Contains
    | NotContains
    | StartsWith
    | EndsWith
    | ContainsAny
    | ContainsAll
    | ContainsNone
    | AtLeast
    | AtMost
    | GreaterThan
    | LessThan
    | Between
    | Percentile
    | Before
    | After
    | On
    | WithinLast
    | MoreThanAgo
    | WithinNext
    | MoreThanAhead
    | InPeriod
    | AnniversaryWithin
    | AnniversaryBetween
)
Test = Annotated[_Any, Field(discriminator="operator")]
OPERATORS: dict[str, type[Operator]] = {
    get_args(operator.model_fields["operator"].annotation)[0]: operator for operator in get_args(_Any)
}

__all__ = ["OPERATORS", "AtLeast", "Operator", "Subject", "Target", "Test"]
