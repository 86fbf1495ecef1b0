"""Tiers of a program: what they need and what they bring. Pure."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from regulars.kernel.http.models import Input, Line
from regulars.loyalty.amounts import Multiplier
from regulars.loyalty.ledger import MOST_POINTS

ShortName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class Benefits(Input):
    """What members of a tier have. `texts` are further ones in words, for people to read."""

    model_config = ConfigDict(frozen=True)

    earn_multiplier: Multiplier = "1"
    discount_percent: int | None = Field(None, ge=1, le=100)
    free_shipping: bool = False
    exclusive_offers: bool = False
    early_access: bool = False
    priority_support: bool = False
    texts: list[Line] = Field(default_factory=list, max_length=20)


class Tier(Input):
    """A tier, from `required_points` on."""

    model_config = ConfigDict(frozen=True)

    name: ShortName
    required_points: int = Field(ge=0, le=MOST_POINTS)
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#6b7280"
    icon: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")] = "award"
    benefits: Benefits = Benefits()


def default_tiers() -> list[Tier]:
    """Bronze, Silver, Gold and Platinum."""
    return [
        Tier(name="Bronze", required_points=0, colour="#a97142", icon="medal"),
        Tier(
            name="Silver",
            required_points=1000,
            colour="#9ca3af",
            icon="medal",
            benefits=Benefits(earn_multiplier="1.25"),
        ),
        Tier(
            name="Gold",
            required_points=5000,
            colour="#d4a017",
            icon="trophy",
            benefits=Benefits(earn_multiplier="1.5", free_shipping=True, early_access=True),
        ),
        Tier(
            name="Platinum",
            required_points=10_000,
            colour="#64748b",
            icon="crown",
            benefits=Benefits(
                earn_multiplier="2",
                free_shipping=True,
                exclusive_offers=True,
                early_access=True,
                priority_support=True,
            ),
        ),
    ]
