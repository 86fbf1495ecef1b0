"""Customers as values: what may be written, what is known, and the rules between. No table, clock or randomness."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from regulars.customers.facts import Facts
from regulars.customers.fields import (
    AttributeKey,
    Country,
    Day,
    Email,
    FreeJson,
    Gender,
    Handle,
    Language,
    Name,
    Network,
    Phone,
    Status,
    Tag,
    WebAddress,
    Zone,
)
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.models import Code, Input, Line

MAX_EMAILS = 5
MAX_EXTERNAL_IDS = 10
MAX_TAGS = 50
_OLDEST_BIRTH = date(1900, 1, 1)

# A custom attribute's value; which of these it must be is the tenant's schema (`attributes`).
AttributeValue = (
    Annotated[str, Field(max_length=1000)]
    | bool
    | int
    | float
    | Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
)


class Address(Input):
    """A postal address, as little of it as is known; `default` marks the one to use first."""

    type: Literal["shipping", "billing", "home", "work", "other"] = "home"
    default: bool = False
    name: Line | None = None
    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    region: Line | None = None
    postal_code: Line | None = None
    country: Country | None = None


class Profile(Input):
    """What may be written of a customer. `email` is the primary address and always the first of `emails`."""

    name: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    emails: list[Email] = Field(default_factory=list, max_length=MAX_EMAILS)
    phone: Phone | None = None
    date_of_birth: Day | None = None
    gender: Gender | None = None
    language: Language | None = None
    time_zone: Zone | None = None
    addresses: list[Address] = Field(default_factory=list, max_length=20)
    avatar_url: WebAddress | None = None
    social: dict[Network, Handle] = Field(default_factory=dict, max_length=20)
    preferences: FreeJson = Field(default_factory=dict)
    tags: list[Tag] = Field(default_factory=list, max_length=MAX_TAGS)
    source: Handle | None = None
    external_ids: list[Code] | dict[Code, Code] = Field(
        default_factory=list,
        max_length=MAX_EXTERNAL_IDS,
        description="A list of ids, or `{system: id}`, which is kept as `system:id`",
    )
    attributes: dict[AttributeKey, AttributeValue] = Field(default_factory=dict, max_length=100)
    status: Status = "active"

    @field_validator("external_ids", mode="after")
    @classmethod
    def _as_list(cls, given: list[str] | dict[str, str]) -> list[str]:
        ids = [f"{system}:{id}" for system, id in given.items()] if isinstance(given, dict) else given
        if any(len(id) > 100 for id in ids):
            raise ValueError("an external id has 100 characters at the most, its system included")
        return list(dict.fromkeys(ids))

    @field_validator("tags", mode="after")
    @classmethod
    def _once_each(cls, tags: list[str]) -> list[str]:
        return sorted(set(tags))

    @field_validator("addresses", mode="after")
    @classmethod
    def _one_default(cls, addresses: list[Address]) -> list[Address]:
        types = [address.type for address in addresses if address.default]
        if len(types) != len(set(types)):
            raise ValueError("only one address of each type may be the default")
        return addresses

    @model_validator(mode="after")
    def _primary_first(self) -> Self:
        emails = list(dict.fromkeys([*([self.email] if self.email else []), *self.emails]))
        if len(emails) > MAX_EMAILS:
            raise ValueError(f"a customer has {MAX_EMAILS} email addresses at the most")
        self.emails, self.email = emails, emails[0] if emails else None
        return self

    @property
    def ids(self) -> list[str]:
        """The external ids, in their one form."""
        return list(self.external_ids)

    @property
    def display_name(self) -> str | None:
        """The name to show: as given, else put together."""
        return self.name or " ".join(part for part in (self.first_name, self.last_name) if part) or None

    @property
    def address(self) -> Address | None:
        """The address to use first."""
        return next((one for one in self.addresses if one.default), next(iter(self.addresses), None))

    def stored(self) -> dict[str, Any]:
        """As compact JSON values, without what is left out or follows from the rest."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"email"})

    @classmethod
    def of_stored(cls, data: dict[str, Any]) -> "Profile":
        """From `stored()`. It was valid when it was written, under the rules of its time: it is not judged again."""
        given = dict(data)
        given["addresses"] = [Address.model_construct(**one) for one in data.get("addresses", ())]
        given["email"] = next(iter(data.get("emails", ())), None)
        if born := data.get("date_of_birth"):
            given["date_of_birth"] = date.fromisoformat(born)
        return cls.model_construct(**given)

    def refuse_unborn(self, today: date) -> None:
        """Raises InvalidError for a date of birth that cannot be."""
        if self.date_of_birth is not None and not _OLDEST_BIRTH <= self.date_of_birth <= today:
            raise InvalidError.of("/date_of_birth", "lies in the future or before 1900")


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of an import that something comes from."""

    job: str
    row: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as read: what was written and what is derived (`facts`)."""

    id: str
    profile: Profile
    facts: Facts
    version: int
    created_at: datetime
    updated_at: datetime
    status_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert did; `before` is the profile that it changed, None when it created one."""

    customer: Customer
    created: bool
    before: Profile | None = None

    @property
    def version(self) -> int:
        return self.customer.version

    @property
    def id(self) -> str:
        return self.customer.id


def whole(moment: datetime) -> datetime:
    """In whole milliseconds, as it will be kept: what is answered now is what is read later."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def changed_fields(before: Profile, after: Profile) -> list[str]:
    """The names of the fields that differ, sorted."""
    old, new = before.stored(), after.stored()
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def row_of(profile: Profile) -> dict[str, Any]:
    """The part of the facts that follows from the profile."""
    address = profile.address
    return {
        "name": profile.display_name,
        "email": profile.email,
        "phone": profile.phone,
        "external_id": next(iter(profile.ids), None),
        "status": profile.status,
        "tags": frozenset(profile.tags),
        "country": address.country if address else None,
        "city": address.city if address else None,
        "language": profile.language,
        "source": profile.source,
        "traits": traits_of(profile),
    }


def traits_of(profile: Profile) -> dict[str, Any]:
    """What rules ask of a profile besides the row's columns, as JSON, only what is set: the facts are to stay small.

    `social` has the networks without the handles; `emails` says how many addresses, if there is more than one.
    """
    address = profile.address
    born = profile.date_of_birth
    traits = {
        "date_of_birth": born.isoformat() if born else None,
        "gender": profile.gender,
        "time_zone": profile.time_zone,
        "region": address.region if address else None,
        "postal_code": address.postal_code if address else None,
        "social": sorted(profile.social),
        "emails": len(profile.emails) if len(profile.emails) > 1 else None,
        "attributes": profile.attributes,
        "preferences": profile.preferences,
    }
    return {name: value for name, value in traits.items() if value}


def with_tags(profile: Profile, add: Iterable[str], remove: Iterable[str]) -> Profile:
    """`profile` with tags added and removed. Raises InvalidError when it would have too many."""
    tags = sorted((set(profile.tags) | set(add)) - set(remove))
    if len(tags) > MAX_TAGS:
        raise InvalidError.of("/tags", f"a customer has {MAX_TAGS} tags at the most")
    return profile.model_copy(update={"tags": tags})
