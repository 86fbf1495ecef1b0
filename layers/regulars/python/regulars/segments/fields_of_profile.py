"""Fields that follow from the profile: who a customer is, where they live, what they like."""

from collections.abc import Callable
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

from regulars.customers import GENDERS, STATUSES, Facts
from regulars.segments.rules.values import Field, Value, ValueType, millis

# What a shop calls its customers' tastes in `preferences`, where a name may stand for a list of text or for one text.
_TASTES = ("categories", "brands", "colours", "sizes", "dietary", "seating")


def _trait(name: str) -> Callable[[Facts], Value]:
    def read(facts: Facts) -> Value:
        value: Value = facts.traits.get(name)
        return value

    return read


def _born(facts: Facts) -> int | None:
    born = facts.traits.get("date_of_birth")
    return date.fromisoformat(born).toordinal() if born else None


def _taste(name: str, facts: Facts) -> frozenset[str] | None:
    given: Any = facts.traits.get("preferences", {}).get(name)
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return None
    return frozenset(listed)


def _emails(facts: Facts) -> int:
    count: int = facts.traits.get("emails", 1 if facts.email else 0)
    return count


_NAMES = ("name", "first_name", "last_name")
_TEXT, _CHOICE, _SET, _NUMBER = ValueType.TEXT, ValueType.CHOICE, ValueType.SET, ValueType.NUMBER
_profile = partial(Field, group="Profile")
_address = partial(Field, group="Address", type=_TEXT, profile=("addresses",))

PROFILE_FIELDS: tuple[Field, ...] = (
    _profile(
        name="status",
        label="Status",
        type=_CHOICE,
        read=attrgetter("status"),
        help="What your staff made of the customer.",
        profile=("status",),
        choices=STATUSES,
    ),
    _profile(
        name="tags",
        label="Tags",
        type=_SET,
        read=attrgetter("tags"),
        help="Tags in small letters. A customer without any has an empty set.",
        profile=("tags",),
    ),
    _profile(
        name="name",
        label="Name",
        type=_TEXT,
        read=attrgetter("name"),
        help="The full name, as given or put together from first and last name.",
        profile=_NAMES,
    ),
    _profile(
        name="email",
        label="Email address",
        type=_TEXT,
        read=attrgetter("email"),
        help="The primary address.",
        profile=("emails",),
    ),
    _profile(
        name="emails",
        label="Number of email addresses",
        type=_NUMBER,
        read=_emails,
        help="How many addresses are known, 0 without any.",
        profile=("emails",),
    ),
    _profile(
        name="phone",
        label="Phone number",
        type=_TEXT,
        read=attrgetter("phone"),
        help="With the country's code, such as +447911123456.",
        profile=("phone",),
    ),
    _profile(
        name="external_id",
        label="External id",
        type=_TEXT,
        read=attrgetter("external_id"),
        help="The first id that your own systems gave.",
        profile=("external_ids",),
    ),
    _profile(
        name="date_of_birth",
        label="Date of birth",
        type=ValueType.DAY,
        read=_born,
        help="A birthday is an anniversary of this day.",
        profile=("date_of_birth",),
    ),
    _profile(
        name="age",
        label="Age",
        type=_NUMBER,
        read=_born,
        help="Completed years today, in your time zone.",
        profile=("date_of_birth",),
        derived_from_today=True,
    ),
    _profile(
        name="gender",
        label="Gender",
        type=_CHOICE,
        read=_trait("gender"),
        profile=("gender",),
        choices=GENDERS,
    ),
    _profile(
        name="language",
        label="Language",
        type=_TEXT,
        read=attrgetter("language"),
        help="A language tag of BCP 47, such as en or pt-BR.",
        profile=("language",),
    ),
    _profile(
        name="time_zone",
        label="Time zone",
        type=_TEXT,
        read=_trait("time_zone"),
        help="The customer's own, such as Europe/London.",
        profile=("time_zone",),
    ),
    _profile(
        name="source",
        label="Source",
        type=_TEXT,
        read=attrgetter("source"),
        help="Where the customer came from.",
        profile=("source",),
    ),
    _profile(
        name="social",
        label="Social networks",
        type=_SET,
        read=lambda facts: frozenset(facts.traits.get("social", ())),
        help="The networks with a known handle. Without any it is an empty set.",
        profile=("social",),
    ),
    _profile(
        name="created_at",
        label="Customer since",
        type=ValueType.MOMENT,
        read=lambda facts: millis(facts.created_at),
        help="When the customer became known; an import may say.",
    ),
    *(
        _profile(
            name=f"preferred_{taste}",
            label=f"Preferred {taste}",
            type=_SET,
            read=partial(_taste, taste),
            help=f"What the profile's preferences say under “{taste}”: text or a list of text.",
            profile=("preferences",),
        )
        for taste in _TASTES
    ),
    _address(
        name="country",
        label="Country",
        read=attrgetter("country"),
        help="Of the default address, or else the first: two letters, such as GB.",
    ),
    _address(
        name="city", label="City", read=attrgetter("city"), help="Of the default address, or else the first."
    ),
    _address(name="region", label="Region", read=_trait("region"), help="County, state or province."),
    _address(name="postal_code", label="Postal code", read=_trait("postal_code"), help="As it is written."),
)
