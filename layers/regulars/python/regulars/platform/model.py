"""Tenants: their settings and the rules about them, without AWS, clock or randomness."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.json_schema import SkipJsonSchema

from regulars.kernel.errors import InvalidError
from regulars.kernel.http.models import Change
from regulars.kernel.money import CURRENCIES
from regulars.kernel.permissions import Role

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}\Z")


Status = Literal["active", "suspended"]


def _zone(name: str) -> str:
    try:
        if not _ZONE.match(name):
            raise ValueError
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"{name[:50]!r} is not an IANA time zone such as Europe/Warsaw") from error
    return name


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError(f"{code[:10]!r} is not an ISO 4217 currency code such as EUR")
    return code


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


ZoneName = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(_zone), Field(examples=["Europe/Warsaw", "UTC"])
]
Currency = Annotated[
    str, AfterValidator(_currency), Field(json_schema_extra={"enum": sorted(CURRENCIES)}, max_length=3)
]
# BCP 47, in the usual spelling: `en`, `pt-BR`, `zh-Hant-TW`.
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
Languages = Annotated[list[Language], Field(min_length=1, max_length=20), AfterValidator(_distinct)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\-]{1,64}@[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?)+$",
    ),
]
StaffRole = Annotated[Role, Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Branding(_Strict):
    """How the tenant's pages and messages look."""

    logo_url: (
        Annotated[str, StringConstraints(max_length=500, pattern=r"^https://[^\s\x00-\x1f\x7f\"<>]+$")] | None
    ) = None
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#3454d1"


class Sender(_Strict):
    """Who messages come from. The address must be verified with the provider before anything is sent."""

    name: Name
    email: Email
    reply_to: Email | None = None


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """One tenant. `cart_idle_minutes` is how long a cart rests before it counts as abandoned."""

    id: str
    name: str
    time_zone: str
    currency: str
    languages: list[str]
    default_language: str
    branding: Branding
    sender: Sender
    cart_idle_minutes: int
    status: Status
    created_at: datetime
    version: int


class NewOwner(_Strict):
    """The first member of staff."""

    email: Email
    name: Name


class NewTenant(_Strict):
    """What an operator says of a new tenant. `default_language` is the first of `languages` unless given.

    The currency cannot be changed later: totals are kept in it.
    """

    name: Name
    time_zone: ZoneName
    currency: Currency
    languages: Languages = ["en"]
    default_language: Language | None = None
    branding: Branding = Branding()
    sender: Sender
    cart_idle_minutes: int = Field(60, ge=1, le=43_200)
    owner: NewOwner

    def settings(self, tenant_id: str, at: datetime) -> TenantSettings:
        """The tenant as it begins. Raises InvalidError if the default language is not one of the languages."""
        default = self.default_language or self.languages[0]
        return TenantSettings(
            tenant_id,
            self.name,
            self.time_zone,
            self.currency,
            _with_default(self.languages, default),
            default,
            self.branding,
            self.sender,
            self.cart_idle_minutes,
            "active",
            at,
            1,
        )


class SettingsChange(Change):
    """A change of settings: what is left out stays. `branding` and `sender` are replaced as a whole."""

    name: Name | SkipJsonSchema[None] = None
    time_zone: ZoneName | SkipJsonSchema[None] = None
    languages: Languages | SkipJsonSchema[None] = None
    default_language: Language | SkipJsonSchema[None] = None
    branding: Branding | SkipJsonSchema[None] = None
    sender: Sender | SkipJsonSchema[None] = None
    cart_idle_minutes: int | SkipJsonSchema[None] = Field(None, ge=1, le=43_200)

    def applied_to(self, settings: TenantSettings) -> TenantSettings:
        """The settings after the change, the version aside. Raises InvalidError for a default that is not among the languages."""
        changed = replace(settings, **{name: getattr(self, name) for name in self.model_fields_set})
        _with_default(changed.languages, changed.default_language)
        return changed


class TenantChange(SettingsChange):
    """What an operator may change besides: a suspended tenant's credentials are all refused."""

    status: Status | SkipJsonSchema[None] = None


def _with_default(languages: list[str], default: str) -> list[str]:
    if default not in languages:
        raise InvalidError.of(
            "/default_language", f"{default} is not one of the languages {', '.join(languages)}"
        )
    return languages
