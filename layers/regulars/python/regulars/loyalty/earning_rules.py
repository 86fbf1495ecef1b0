"""How a program gives points: the rate, bonuses for events, and rules with a condition and an effect. Pure."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from regulars.customers import Day
from regulars.kernel.http.models import Code, Input
from regulars.kernel.money import MAX_MINOR
from regulars.loyalty.amounts import Multiplier, Points, Rate
from regulars.loyalty.tiers import ShortName


class _Part(Input):
    model_config = ConfigDict(frozen=True)


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


class Rounding(StrEnum):
    """Of the sum of all that is not whole; a half goes up with `nearest`."""

    DOWN = "down"
    NEAREST = "nearest"
    UP = "up"


class BonusEvents(_Part):
    """Points for what happens once or once a year; what is left out gives none."""

    first_order: Points | None = None
    birthday: Points | None = None
    anniversary: Points | None = None
    referral: Points | None = None
    review: Points | None = None
    profile_completed: Points | None = None


class Caps(_Part):
    """The most points a member gets: in a day by the tenant's clocks, and in the program altogether."""

    per_day: Points | None = None
    per_program: Points | None = None


class PointsConfig(_Part):
    """`earn_rate` points for each whole unit of the currency. They are pending for `pending_days` and expire
    `expiry_months` after they became available, or never. `adjustment_limit` is how many points at a time may be given or
    taken by hand by staff who may not change the program itself; no limit unless given."""

    earn_rate: Rate = "1"
    rounding: Annotated[Rounding, Field(strict=False)] = Rounding.DOWN
    pending_days: int = Field(14, ge=0, le=365)
    expiry_months: int | None = Field(None, ge=1, le=120)
    bonuses: BonusEvents = BonusEvents()
    caps: Caps = Caps()
    adjustment_limit: Points | None = None


class Weekday(StrEnum):
    """In the order of `datetime.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Category = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f>]+$"),
]


class When(_Part):
    """All that is given must hold; what is left out is no condition. `products` and `categories` choose lines, of which one is
    enough; the others look at the whole order. `start` and `end` are days by the tenant's clocks, both included."""

    products: Annotated[list[Code], Field(max_length=200), AfterValidator(_distinct)] = Field(
        default_factory=list
    )
    categories: Annotated[list[Category], Field(max_length=100), AfterValidator(_distinct)] = Field(
        default_factory=list, description="Names at any place of a product's path"
    )
    tiers: Annotated[list[ShortName], Field(max_length=20), AfterValidator(_distinct)] = Field(
        default_factory=list
    )
    segment: dict[str, Any] | None = Field(
        None, description="A rule as of a segment: `{version: 1, root: …}`"
    )
    weekdays: Annotated[
        list[Annotated[Weekday, Field(strict=False)]], Field(max_length=7), AfterValidator(_distinct)
    ] = Field(default_factory=list)
    start: Day | None = None
    end: Day | None = None
    first_purchase: bool = False
    minimum_basket: int | None = Field(
        None, gt=0, le=MAX_MINOR, description="Goods less discount, in minor units"
    )


class Multiply(_Part):
    """The base points of the lines meant, times `by`: what is on top is what the rule gives."""

    type: Literal["multiplier"]
    by: Multiplier


class Bonus(_Part):
    """So many points for an order, however much is bought."""

    type: Literal["bonus"]
    points: Points


Effect = Annotated[Multiply | Bonus, Field(discriminator="type")]


class EarningRule(_Part):
    """Known by its name within the program."""

    name: ShortName
    when: When = When()
    effect: Effect
    caps: Caps = Caps()
