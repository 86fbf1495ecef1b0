"""Staff, API keys and what they may be given, without AWS, clock or randomness."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from regulars.kernel.errors import ForbiddenError, InvalidError
from regulars.kernel.permissions import TENANT_PERMISSIONS, Permission, Role

_CUSTOMER = re.compile(r"cus_[0-9A-HJKMNP-TV-Z]{26}\Z")
TOO_WEAK = "must have 12 characters or more, with small and capital letters, digits and symbols"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who may sign in to one tenant."""

    id: str
    email: str
    name: str
    role: Role
    invited_at: datetime
    invited_by: str
    version: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is known after its creation; `key` is its text, shown that one time."""

    id: str
    label: str
    scopes: list[Permission]
    created_at: datetime
    created_by: str
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    key: str | None = None


def grantable(wanted: Iterable[Permission], held: frozenset[Permission]) -> list[Permission]:
    """`wanted` in order, if an API key may have it and its maker has it: nobody makes a key that may do more than they.

    Raises InvalidError for what no key can have, ForbiddenError for what the maker lacks.
    """
    scopes = sorted(set(wanted))
    for scope in scopes:
        if scope not in TENANT_PERMISSIONS:
            raise InvalidError.of("/scopes", f"{scope.value} cannot be given to an API key")
        if scope not in held:
            raise ForbiddenError(f"you cannot give the permission {scope.value}, which you do not have")
    return scopes


def check_password(password: str) -> str:
    """The user pool's own policy, told before it is asked. Raises InvalidError at `/password`."""
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9\s]")
    if not 12 <= len(password) <= 256 or not all(re.search(kind, password) for kind in kinds):
        raise InvalidError.of("/password", TOO_WEAK)
    return password


def check_customer_id(customer_id: str) -> str:
    """A customer's id of the right form. Raises InvalidError; whether the customer exists is not known here."""
    if not _CUSTOMER.match(customer_id):
        raise InvalidError.of("customer_id", "is not a customer's id such as cus_01J…")
    return customer_id
