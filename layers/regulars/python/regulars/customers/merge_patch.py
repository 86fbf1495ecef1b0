"""Changes by JSON merge patch (RFC 7396): what is named changes, null removes, objects merge, lists are replaced."""

from typing import Any

from pydantic import Field, ValidationError

from regulars.customers.fields import (
    AttributeKey,
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
from regulars.customers.model import MAX_EMAILS, MAX_EXTERNAL_IDS, MAX_TAGS, Address, AttributeValue, Profile
from regulars.customers.normalise import email_address
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.models import Code, Input
from regulars.kernel.http.serve import faults_of


class CustomerPatch(Input):
    """A merge patch of a profile: only what is named changes, null removes."""

    name: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    emails: list[Email] | None = Field(None, max_length=MAX_EMAILS)
    phone: Phone | None = None
    date_of_birth: Day | None = None
    gender: Gender | None = None
    language: Language | None = None
    time_zone: Zone | None = None
    addresses: list[Address] | None = Field(None, max_length=20)
    avatar_url: WebAddress | None = None
    social: dict[Network, Handle | None] | None = None
    preferences: FreeJson | None = None
    tags: list[Tag] | None = Field(None, max_length=MAX_TAGS)
    source: Handle | None = None
    external_ids: list[Code] | dict[Code, Code | None] | None = Field(None, max_length=MAX_EXTERNAL_IDS)
    attributes: dict[AttributeKey, AttributeValue | None] | None = None
    status: Status | None = None

    def changes(self) -> dict[str, Any]:
        """The patch as JSON values, nulls included, without what was not said."""
        return self.model_dump(mode="json", exclude_unset=True)


def merge(target: Any, patch: Any) -> Any:
    """The algorithm of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def patched(profile: Profile, patch: dict[str, Any]) -> Profile:
    """`profile` after a merge patch. Raises InvalidError with pointers for what the result may not be.

    `email` alone replaces the primary address and leaves the others; `external_ids` may be an object `{system: id or null}`.
    """
    before = profile.stored()
    wanted = dict(patch)
    if "email" in wanted and "emails" not in wanted:
        wanted["emails"] = _primary(before.get("emails", []), wanted.pop("email"))
    if isinstance(wanted.get("external_ids"), dict):
        wanted["external_ids"] = _by_system(before.get("external_ids", []), wanted["external_ids"])
    after = merge(before, wanted)
    try:
        return Profile.model_validate(after)
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", list(faults_of(error))) from error


def _primary(emails: list[str], new: Any) -> list[Any]:
    if new is None:
        return emails[1:]
    address = (email_address(new) if isinstance(new, str) else None) or new
    kept = emails if address in emails else emails[1:]
    return [address, *(one for one in kept if one != address)]


def _by_system(ids: list[str], change: dict[str, Any]) -> list[Any]:
    prefixes = tuple(f"{system}:" for system in change)
    kept: list[Any] = [id for id in ids if not id.startswith(prefixes)]
    for system, id in change.items():
        if id is not None:
            kept.append(f"{system}:{id}" if isinstance(id, str) else id)
    return kept


def united(profile: Profile, new: Profile) -> Profile:
    """`profile` with what `new` says, as an upsert means it: what is said replaces and objects merge, but email addresses,
    external ids and tags come in addition to those that are known. The new primary email address becomes the primary one."""
    said = new.model_dump(
        mode="json", exclude_unset=True, exclude={"email", "emails", "external_ids", "tags"}
    )
    emails = list(dict.fromkeys([*new.emails, *profile.emails]))[:MAX_EMAILS]
    ids = list(dict.fromkeys([*profile.ids, *new.ids]))
    said |= {"emails": emails, "external_ids": ids, "tags": sorted({*profile.tags, *new.tags})}
    return patched(profile, said)
