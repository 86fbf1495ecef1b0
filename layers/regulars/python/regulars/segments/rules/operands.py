"""What tests, windows and measures are given: each kind of operand with its limits, checked once and in one form.

Dates stay text in a rule (`2026-01-31`, or a moment with its zone): what moment a date is depends on the tenant's zone.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

from regulars.segments.rules.values import Millis, millis

MAX_TEXT = 200
MAX_VALUES = 500
MAX_NUMBER = 2**53
MAX_DAYS, MAX_HOURS = 3650, 87_600
FIRST_YEAR, LAST_YEAR = 1900, 2199
Scalar: TypeAlias = str | bool | int | float
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_MONTH_DAY = re.compile(r"\d\d-\d\d\Z", re.ASCII)


class Part(BaseModel):
    """A part of a rule: unknown names refused, exact types, never changed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,
        serialize_by_alias=True,
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What the types alone cannot refuse: pointers from here, and what is wrong."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Shape:
    """What a builder must offer for an operand. `value` and `values` are of the field's own type."""

    kind: Literal["value", "values", "bound", "date", "count", "choice", "month_day", "property"]
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        given = {
            "kind": self.kind,
            "minimum": self.least,
            "maximum": self.most,
            "choices": list(self.choices),
        }
        return {name: value for name, value in given.items() if value not in (None, [])}


def shapes_of(part: type[Part]) -> dict[str, dict[str, Any]]:
    """The operands of a part of a rule by name, and what each may be."""
    return {
        info.alias or name: {**shape.described(), "required": info.is_required()}
        for name, info in part.model_fields.items()
        for shape in info.metadata
        if isinstance(shape, Shape)
    }


def clean_text(text: str) -> str:
    """`text` in its normal form. Raises ValueError for what is empty, too long, or no text for people."""
    text = unicodedata.normalize("NFC", text)
    if not text:
        raise ValueError("is empty")
    if len(text) > MAX_TEXT:
        raise ValueError(f"may have {MAX_TEXT} characters at the most")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("contains a character that is not allowed")
    return text


def _scalar(value: Any) -> Scalar:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # Infinity and NaN are not within any bounds.
        if not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise ValueError("must be a number within ±2^53")
        return value
    raise ValueError("must be text, a number, or true or false")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return clean_text(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    found = _scalar(value)
    assert not isinstance(found, str)
    return found


def _date(value: Any) -> str:
    if not isinstance(value, str) or not (_DATE.match(value) or _MOMENT.match(value)):
        raise ValueError("must be a date such as 2026-01-31, or a moment such as 2026-01-31T08:30:00Z")
    try:
        found = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("is not a date that exists") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"must be a date from {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _bound(value: Any) -> str | int | float:
    return _date(value) if isinstance(value, str) else _number(value)


def _month_day(value: Any) -> str:
    if not isinstance(value, str) or not _MONTH_DAY.match(value):
        raise ValueError("must be a month and a day, such as 02-28")
    try:
        # A leap year: 29 February is a birthday too.
        date.fromisoformat(f"2000-{value}")
    except ValueError as error:
        raise ValueError("is not a day that exists") from error
    return value


Single = Annotated[Any, PlainValidator(_scalar), Shape("value")]
Values = Annotated[
    list[Annotated[Any, PlainValidator(_scalar)]], Field(min_length=1, max_length=MAX_VALUES), Shape("values")
]
Text = Annotated[str, PlainValidator(_text), Shape("value")]
Texts = Annotated[
    list[Annotated[str, PlainValidator(_text)]], Field(min_length=1, max_length=MAX_VALUES), Shape("values")
]
Number = Annotated[int | float, PlainValidator(_number), Shape("value")]
Bound = Annotated[str | int | float | None, PlainValidator(_bound), Shape("bound")]
Date = Annotated[str, PlainValidator(_date), Shape("date")]
OptionalDate = Annotated[str | None, PlainValidator(_date), Shape("date")]
MonthDay = Annotated[str, PlainValidator(_month_day), Shape("month_day")]
Amount = Annotated[int, Field(ge=1, le=MAX_HOURS), Shape("count", 1, MAX_HOURS)]
TimeUnit = Annotated[Literal["days", "hours"], Shape("choice", choices=("days", "hours"))]
# A name in a rule: of a field, a kind of event, a segment.
Name = Annotated[str, AfterValidator(clean_text)]
PropertyName = Annotated[str, AfterValidator(clean_text), Shape("property")]


def amount_problems(amount: int, unit: str) -> Iterator[tuple[str, str]]:
    """Days have a lower limit than hours."""
    if unit == "days" and amount > MAX_DAYS:
        yield "/amount", f"must be {MAX_DAYS} days at the most"


def read_date(text: str) -> date | Millis:
    """A date operand: the date, or the moment if it has a time."""
    return millis(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


def in_order(start: str, end: str) -> bool:
    """Whether `start` is not after `end`. A date and a moment are compared as far as that is certain in any zone."""
    first, last = read_date(start), read_date(end)
    if isinstance(first, date) and isinstance(last, date):
        return first <= last
    slack = 0 if isinstance(first, int) and isinstance(last, int) else 86_400_000
    return _utc(first) - _utc(last) <= slack


def _utc(when: date | Millis) -> Millis:
    return when if isinstance(when, int) else (when.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000
