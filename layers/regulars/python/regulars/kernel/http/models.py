"""Bases of what comes in and goes out."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from regulars.kernel.pagination import MAX_LIMIT

V = TypeVar("V", bound=BaseModel)

# Text for people in one line: trimmed, not empty, without control characters.
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
# Text of several lines.
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000, pattern=r"^[^\x00]*$")
]
# A name that machines give: an external id, an order number, an SKU.
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
]


def _from_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("should be a date and time with its zone, such as 2026-11-20T08:30:00Z") from error


def _in_range(value: datetime) -> datetime:
    # Ids carry 48 bits of milliseconds since 1970, and a year near 1 or 9999 has no UTC form.
    if not 1970 < value.year < 2200:
        raise ValueError("should be a year from 1971 to 2199")
    return value.astimezone(UTC)


# A moment: ISO 8601 with its zone in, UTC inside.
Moment = Annotated[AwareDatetime, BeforeValidator(_from_text), AfterValidator(_in_range)]


class Input(BaseModel):
    """A request body: exact types, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


class Change(Input):
    """The body of a change: what is left out stays, and null is refused but for the fields that are `nullable`."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _no_null(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.nullable:
            raise ValueError("cannot be null; leave it out to keep it")
        return value

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        return self


class Query(BaseModel):
    """Query parameters: text is turned into the declared types, unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)


class ListQuery(Query):
    """Of every list."""

    limit: int = Field(25, ge=1, le=MAX_LIMIT, description="How many at the most")
    cursor: str | None = Field(None, max_length=2000, description="`next` of the previous page")


class View(BaseModel):
    """What an answer shows of a result; reads its attributes by name."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


def page_model(view: type[V]) -> type[BaseModel]:
    """The answer model of a page of `view`."""
    fields: dict[str, Any] = {"items": (list[view], ...), "next": (str | None, None)}  # type: ignore[valid-type]
    return create_model(view.__name__.removesuffix("View") + "Page", __base__=View, **fields)
