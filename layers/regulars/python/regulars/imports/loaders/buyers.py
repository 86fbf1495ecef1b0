"""Customers met on the way, in files of orders and events: found by id, external id or email, created where unknown."""

from collections import Counter
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from regulars.customers import (
    Address,
    CustomerRef,
    DuplicateError,
    Origin,
    Profile,
    create,
    known_by,
    resolve,
)
from regulars.imports.countries import country_code
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.runner import Unit
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant

_REMEMBERED = 50_000
_FIELDS = {"customer_external_id": "external_id", "customer_email": "email", "customer_id": "id"}

# How a row names its customer: (kind of name, name).
Name = tuple[str, str]


class Buyers:
    """The customers of one run, by what the file calls them."""

    def __init__(self, tenant: Tenant, job_id: str, *, create_missing: bool, now: datetime) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._create_missing = create_missing
        self._now = now
        self._ids: dict[Name, str] = {}

    def find(self, name: Name) -> str | None:
        """The customer's id, or None."""
        known = self._ids.get(name)
        if known is None:
            known = resolve(self._tenant, _ref(name))
            if known is not None:
                self._ids[name] = known
        return known

    def missing(self, rows: list[tuple[int, datetime, Values]]) -> list[list[Any]]:
        """For the plan: each unknown customer of these rows (line, moment, values) with its first line, moment, country."""
        if len(self._ids) > _REMEMBERED:
            self._ids.clear()
        self._look_up({name_of(values) for _, _, values in rows} - self._ids.keys())
        found: dict[Name, list[Any]] = {}
        for line, at, values in rows:
            name = name_of(values)
            if name in found or name in self._ids or name[0] == "id" or not self._create_missing:
                continue
            country = country_code(values["country"]) if "country" in values else None
            found[name] = [name[0], name[1], line, at.isoformat(), country]
        return list(found.values())

    def _look_up(self, names: set[Name]) -> None:
        for value, customer_id in known_by(self._tenant, "external_id", _of(names, "external_id")).items():
            self._ids["external_id", value] = customer_id
        for value, customer_id in known_by(self._tenant, "email", _of(names, "email")).items():
            self._ids["email", value] = customer_id

    def units(self, planned: list[list[Any]]) -> list[Unit]:
        """One unit for each planned customer."""
        return [Unit(entry[2], f"{entry[0]}:{entry[1]}", entry) for entry in planned]

    def add(self, entry: list[Any]) -> Outcome:
        """Create a planned customer; whoever created it meanwhile will do as well."""
        kind, value, line, at, country = entry
        try:
            made = create(
                self._tenant,
                _profile(kind, value, country),
                now=self._now,
                at=datetime.fromisoformat(at),
                history=True,
                origin=Origin(self._job_id, line),
            )
        except DuplicateError:
            return Outcome()
        except (InvalidError, ValidationError):
            # The rows that name this customer will be refused with the reason that there is none.
            return Outcome()
        self._ids[kind, value] = made.id
        return Outcome(Counter(customers=1))


def _of(names: set[Name], kind: str) -> list[str]:
    return [value for each, value in names if each == kind]


def _ref(name: Name) -> CustomerRef:
    return CustomerRef.model_validate({name[0]: name[1]})


def _profile(kind: str, value: str, country: str | None) -> Profile:
    named: dict[str, Any] = {"email": value} if kind == "email" else {"external_ids": [value]}
    addresses = [Address(country=country)] if country else []
    return Profile(source="import", addresses=addresses, **named)


def name_of(values: Values) -> Name:
    """How a row names its customer. Raises FieldError when it does not."""
    for field, kind in _FIELDS.items():
        if field in values:
            return kind, values[field]
    raise FieldError("customer", "has no customer")
