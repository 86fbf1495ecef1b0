"""Customers: one row one customer, found by external id or email, created or brought up to date."""

from collections import Counter
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from regulars.customers import (
    CustomerRef,
    DuplicateError,
    Origin,
    Profile,
    change,
    create,
    resolve,
    settle,
    united,
)
from regulars.imports import store
from regulars.imports.chunks import Chunk, Group
from regulars.imports.countries import country_code
from regulars.imports.loaders.amounts import from_validation
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.kernel.errors import ConflictError, GoneError, RegularsError
from regulars.kernel.ids import natural_id, time_of
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_PLAIN = ("name", "first_name", "last_name", "email", "phone", "language", "time_zone", "status", "tags")
_ADDRESS = {"street": "line1", "city": "city", "postcode": "postal_code", "region": "region"}
_ATTEMPTS = 6


class CustomerLoader:
    """Fills profiles; what a row leaves empty stays as it is."""

    def __init__(self, tenant: Tenant, job_id: str, run: int, now: datetime) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._run = run
        self._now = now

    def key_of(self, line: int, values: Values) -> str:
        return str(line)

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        refusals: list[Refusal] = []
        read: list[tuple[Group, Profile]] = []
        for group in chunk.groups.values():
            try:
                read.append((group, self._profile(group.rows[0].values)))
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
        seen = store.first_lines(
            self._tenant,
            self._job_id,
            self._run,
            ((value, group.line) for group, profile in read for _, value in _marks(profile)),
            self._now,
        )
        units: list[Unit] = []
        for group, profile in read:
            twin = next(((f, seen[v]) for f, v in _marks(profile) if seen[v] != group.line), None)
            if twin is not None:
                refusals += group.refuse(twin[0], f"the same {twin[0]} as in line {twin[1]}")
            else:
                # Rows of one file are of different people: no lane need wait for another.
                units.append(Unit(group.line, str(group.line), (group, profile)))
        return units, refusals

    def _profile(self, values: Values) -> Profile:
        try:
            profile = Profile(**_given(values))
            profile = settle(self._tenant, profile, self._now)
        except ValidationError as error:
            raise from_validation(error) from error
        except RegularsError as error:
            pointer = error.faults[0].pointer.strip("/").replace("/", ".") if error.faults else ""
            raise FieldError(pointer, error.faults[0].detail if error.faults else error.detail) from error
        if not profile.emails and not profile.ids:
            raise FieldError("email", "give an email address or an external id to know the customer by")
        return profile

    def plan(self, units: list[Unit]) -> store.Plan:
        return {"rows": [unit.line for unit in units]}

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        return []

    def load(self, unit: Unit) -> Outcome:
        group, profile = unit.work
        try:
            return Outcome(Counter({self._upsert(group.line, profile): 1}))
        except DuplicateError as error:
            field = error.faults[0].pointer.strip("/").partition("/")[0] if error.faults else ""
            return Outcome(refusals=group.refuse(field, "belongs to another customer"))
        except RegularsError as error:
            if error.status >= 500:
                raise
            return Outcome(refusals=group.refuse("", error.detail))

    def foretell(self, unit: Unit) -> Outcome:
        _, profile = unit.work
        return Outcome(Counter({"updated" if self._holder(profile) else "created": 1}))

    def _holder(self, profile: Profile) -> str | None:
        refs = [CustomerRef(external_id=value) for value in profile.ids]
        refs += [CustomerRef(email=value) for value in profile.emails]
        return next((found for ref in refs if (found := resolve(self._tenant, ref))), None)

    def _upsert(self, line: int, profile: Profile) -> str:
        origin = Origin(self._job_id, line)
        for _ in range(_ATTEMPTS):
            holder = self._holder(profile)
            if holder == created_id(self._tenant, self._job_id, line):
                return "created"
            try:
                if holder is not None:
                    return self._update(holder, profile, origin)
                new = profile if profile.source else profile.model_copy(update={"source": "import"})
                create(self._tenant, new, now=self._now, history=True, origin=origin)
            except DuplicateError:
                # Somebody created it between our look and our write: look again.
                if holder is not None:
                    raise
            except GoneError:
                continue
            else:
                return "created"
        raise ConflictError("others keep changing this customer")

    def _update(self, customer_id: str, profile: Profile, origin: Origin) -> str:
        before: list[Profile] = []

        def decide(present: Profile) -> Profile:
            before[:] = [present]
            return united(present, profile)

        def also(transaction: Transaction) -> None:
            # Nothing was decided: this row was applied before a crash, and its record is there.
            if before and united(before[0], profile).stored() != before[0].stored():
                images = (before[0].stored(), united(before[0], profile).stored())
                item = store.before_item(
                    self._tenant, self._job_id, self._run, customer_id, images, self._now
                )
                transaction.create(item)

        after = change(
            self._tenant, customer_id, decide, now=self._now, history=True, origin=origin, also=also
        )
        return "unchanged" if before and after.profile.stored() == before[0].stored() else "updated"


def created_id(tenant: Tenant, job_id: str, line: int) -> str:
    """The id that a customer gets who is created by a row (see `customers.create`)."""
    return natural_id("cus", time_of(job_id), tenant.id, job_id, str(line))


def _marks(profile: Profile) -> list[tuple[str, str]]:
    """What makes two rows one person: field, and its normal form."""
    found = [("email", f"email:{value}") for value in profile.emails]
    found += [("external_id", f"id:{value}") for value in profile.ids]
    found += [("phone", f"phone:{profile.phone}")] if profile.phone else []
    return found


def _given(values: Values) -> dict[str, Any]:
    given: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
    if "status" in given:
        given["status"] = given["status"].lower()
    if "date_of_birth" in values:
        given["date_of_birth"] = values["date_of_birth"]
    if "external_id" in values:
        given["external_ids"] = [values["external_id"]]
    if address := _address(values):
        given["addresses"] = [address]
    attributes = {name[11:]: value for name, value in values.items() if name.startswith("attributes.")}
    return given | ({"attributes": attributes} if attributes else {})


def _address(values: Values) -> dict[str, str]:
    address = {ours: values[theirs] for theirs, ours in _ADDRESS.items() if theirs in values}
    if "country" in values:
        code = country_code(values["country"])
        if code is None:
            raise FieldError("country", f"{values['country'][:40]!r} is not a country")
        address["country"] = code
    return address
