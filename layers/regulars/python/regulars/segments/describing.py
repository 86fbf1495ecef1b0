"""What people say of a segment: what comes in over HTTP and from the console."""

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from regulars.customers import CustomerRef
from regulars.kernel.http.models import Change, Input, Line
from regulars.segments.model import Kind

MAX_REFERENCES = 1000

Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
Tree = Annotated[
    dict[str, Any],
    Field(
        description="`{version: 1, root: …}`, a tree of conditions: `GET /segments/fields` says of which fields and events,"
        " with which operators"
    ),
]
References = Annotated[list[CustomerRef], Field(max_length=MAX_REFERENCES)]


class NewSegment(Input):
    """A new segment: `dynamic` with a rule, or `static` with the customers that are in it to begin with."""

    name: Line
    description: Description = ""
    kind: Kind = Field(Kind.DYNAMIC, strict=False)
    rule: Tree | None = None
    notify: bool = Field(
        False, description="Whether those who are in it from the start make `segment.entered`"
    )
    members: References = Field(default_factory=list, description="Of a static one")

    @model_validator(mode="after")
    def _as_the_kind_asks(self) -> Self:
        if self.kind is Kind.DYNAMIC and self.rule is None:
            raise ValueError("a dynamic segment needs a rule")
        if self.kind is Kind.DYNAMIC and self.members:
            raise ValueError("a dynamic segment takes its members by its rule")
        if self.kind is Kind.STATIC and self.rule is not None:
            raise ValueError("a static segment is a list and has no rule")
        return self


class SegmentChange(Change):
    """A change of a segment: what is left out stays. The kind cannot change."""

    name: Line | SkipJsonSchema[None] = None
    description: Description | SkipJsonSchema[None] = None
    rule: Tree | SkipJsonSchema[None] = None
    notify: bool = Field(
        False, description="Whether those who enter or leave by the new rule alone make events"
    )

    @model_validator(mode="after")
    def _more_than_how(self) -> Self:
        if self.model_fields_set == {"notify"}:
            raise ValueError("nothing to change")
        return self
