"""Bases of what comes in and goes out."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

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


class Input(BaseModel):
    """A request body: exact types, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Query(BaseModel):
    """Query parameters: text is turned into the declared types, unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ListQuery(Query):
    """Of every list."""

    limit: int = Field(25, ge=1, le=MAX_LIMIT, description="How many at the most")
    cursor: str | None = Field(None, max_length=2000, description="`next` of the previous page")


class View(BaseModel):
    """What an answer shows of a result; reads its attributes by name."""

    model_config = ConfigDict(from_attributes=True)


def page_model(view: type[V]) -> type[BaseModel]:
    """The answer model of a page of `view`."""
    fields: dict[str, Any] = {"items": (list[view], ...), "next": (str | None, None)}  # type: ignore[valid-type]
    return create_model(view.__name__.removesuffix("View") + "Page", __base__=View, **fields)
