"""What a profile needs of the tenant before it can be kept: phone numbers of the right country, attributes of the schema."""

import json
from datetime import datetime
from functools import cache

from regulars.customers import attributes, normalise, store
from regulars.customers.model import Profile
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant

# Many patches can add up to more than one request may carry, and an item has 400 KB at the most.
MAX_PROFILE = 128 * 1024


def settle(tenant: Tenant, profile: Profile, now: datetime, before: Profile | None = None) -> Profile:
    """`profile` in its final form. Raises InvalidError naming the field."""
    profile.refuse_unborn(now.date())
    if len(json.dumps(profile.stored(), ensure_ascii=False).encode()) > MAX_PROFILE:
        raise InvalidError(f"a profile has {MAX_PROFILE // 1024} KB at the most")
    if profile.attributes:
        kept = before.attributes if before else {}
        if kept != profile.attributes:
            attributes.check(store.read_schema(tenant).attributes, profile.attributes, kept)
    if profile.phone is None or (before and before.phone == profile.phone):
        return profile
    return profile.model_copy(update={"phone": _phone(tenant, profile)})


def _phone(tenant: Tenant, profile: Profile) -> str:
    given = normalise.plain(profile.phone or "")
    country = None
    if not given.startswith("+"):
        address = profile.address
        country = (address.country if address else None) or _home_country(tenant)
    number = normalise.phone_number(given, country)
    if number is None:
        raise InvalidError.of(
            "/phone", "is not a phone number: give it with its country's code, such as +447911123456"
        )
    return number


def _home_country(tenant: Tenant) -> str | None:
    from regulars.platform import settings_of

    return country_of_zone(settings_of(tenant).time_zone)


@cache
def country_of_zone(zone: str) -> str | None:
    """The country in which an IANA time zone lies (`Europe/London` → `GB`), by the zone table of tzdata."""
    # 5 ms, for who sends a national number only.
    from importlib.resources import files

    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        parts = line.split("\t")
        if not line.startswith("#") and len(parts) > 2 and parts[2] == zone:
            return parts[0]
    return None
