"""How others name a customer, and where a customer's events are kept."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from regulars.customers.facts import facts_of
from regulars.customers.normalise import email_address
from regulars.kernel.events import Subject
from regulars.kernel.http.models import Code, Input
from regulars.kernel.idempotency import owner_of, owners_of
from regulars.kernel.tenancy import Tenant

_ID = re.compile(r"cus_[0-9A-HJKMNP-TV-Z]{26}\Z")

# Kinds of the guard items that make these values unique within a tenant.
EMAIL = "email"
EXTERNAL_ID = "external_id"


class CustomerRef(Input):
    """A customer by exactly one of: our id, an external id, an email address."""

    id: Code | None = None
    external_id: Code | None = None
    email: Annotated[str, StringConstraints(min_length=3, max_length=320)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in (self.id, self.external_id, self.email)) != 1:
            raise ValueError("give exactly one of id, external_id and email")
        return self


def is_customer_id(text: str) -> bool:
    """Whether `text` has the form of a customer's id."""
    return _ID.match(text) is not None


def customer_partition(tenant: Tenant, customer_id: str) -> str:
    """The partition with a customer's profile, events, interactions, notes and deliveries."""
    return tenant.partition("C", customer_id)


def customer_subject(tenant: Tenant, customer_id: str) -> Subject:
    """The subject of an event about a customer: it enters that customer's timeline."""
    return Subject(customer_id, customer_partition(tenant, customer_id))


def resolve(tenant: Tenant, ref: CustomerRef, *, verify: bool = True) -> str | None:
    """The id of the customer that is meant, or None. 0.5 request units (1 to be sure that there is none).

    With `verify=False` an id of the right form is believed for nothing: right for who reads the facts next.
    """
    if ref.id is not None:
        return _existing(tenant, ref.id, verify)
    if ref.external_id is not None:
        return by_guard(tenant, EXTERNAL_ID, ref.external_id)
    address = email_address(ref.email or "")
    return by_guard(tenant, EMAIL, address) if address else None


def _existing(tenant: Tenant, customer_id: str, verify: bool) -> str | None:
    if not is_customer_id(customer_id):
        return None
    if verify and not (facts_of(tenant, customer_id) or facts_of(tenant, customer_id, consistent=True)):
        return None
    return customer_id


def by_guard(tenant: Tenant, what: str, value: str) -> str | None:
    """Who holds a unique value. A miss is read again consistently: it may have been claimed a moment ago."""
    return owner_of(tenant, what, value) or owner_of(tenant, what, value, consistent=True)


def known_by(tenant: Tenant, what: Literal["external_id", "email"], values: Iterable[str]) -> dict[str, str]:
    """The ids of the customers who are known by these external ids or addresses. 1 request unit each, 100 a request."""
    named = {(email_address(value) or value) if what == EMAIL else value: value for value in values}
    return {named[held]: owner for held, owner in owners_of(tenant, what, named).items()}
