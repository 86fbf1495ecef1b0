"""Products: what a shop sends, what we keep, and what a change of it means."""

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from regulars.commerce.amounts import Currency, Minor
from regulars.kernel.http.models import Code, Input

LocalizedText = dict[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)],
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)],
]
Category = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f>]+$"),
]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s<>\"\x00-\x1f]+$")]
_MAX_ATTRIBUTES = 8 * 1024


class ProductInput(Input):
    """A product as its shop describes it. Amounts in minor units of `currency`; `stock` None means not counted."""

    name: LocalizedText = Field(min_length=1, max_length=40, description="Text by language tag")
    price: Minor
    currency: Currency
    list_price: Minor | None = Field(None, description="The price before a reduction")
    category: list[Category] = Field(default_factory=list, max_length=10, description="Path, widest first")
    brand: Category | None = None
    stock: int | None = Field(None, ge=0, le=1_000_000_000)
    image: Url | None = None
    url: Url | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=100)

    @field_validator("attributes")
    @classmethod
    def _bounded(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError("should be plain JSON") from error
        if size > _MAX_ATTRIBUTES:
            raise ValueError("should be 8 KB at the most")
        return value

    @field_validator("list_price")
    @classmethod
    def _reduced(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value < info.data.get("price", 0):
            raise ValueError("should not be below the price")
        return value

    @property
    def available(self) -> bool:
        """Whether it can be bought."""
        return self.stock is None or self.stock > 0


class ProductRow(ProductInput):
    """One row of a batch."""

    id: Code


class Product(ProductInput):
    """A product as it is kept. `version` counts its changes."""

    model_config = ConfigDict(frozen=True, strict=False, extra="ignore", defer_build=True)

    id: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    version: int

    def described(self) -> dict[str, Any]:
        """What the shop said of it, to compare."""
        return {name: getattr(self, name) for name in ProductInput.model_fields}


class Outcome(BaseModel):
    """What became of one row of a batch: `created`, `updated`, `unchanged` or `refused` with a reason."""

    model_config = ConfigDict(defer_build=True)

    id: str
    result: str
    reason: str | None = None


class PricePoint(BaseModel):
    """A price from a moment on; `old` is None for the first."""

    model_config = ConfigDict(defer_build=True)

    at: datetime
    old: int | None = None
    new: int
    currency: str


def category_text(path: list[str]) -> str:
    """`["Home", "Kitchen"]` → `Home > Kitchen > `: a prefix of it is a prefix of the path."""
    return "".join(f"{name} > " for name in path)


def search_text(identifier: str, product: ProductInput) -> str:
    """Where a search looks: id, names and brand, in one case."""
    return " ".join([identifier, *product.name.values(), product.brand or ""]).casefold()


def changed_fields(before: Product, after: ProductInput) -> list[str]:
    """The names of the fields in which they differ."""
    return [name for name, value in before.described().items() if value != getattr(after, name)]
