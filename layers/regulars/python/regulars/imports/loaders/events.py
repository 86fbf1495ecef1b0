"""Behaviour of the past: one row one event, of a customer or of an anonymous id."""

from collections import Counter
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from regulars import behaviour
from regulars.behaviour import NewEvent, Result
from regulars.customers import CustomerRef
from regulars.imports import store
from regulars.imports.chunks import Chunk, Group
from regulars.imports.loaders.amounts import from_validation
from regulars.imports.loaders.buyers import Buyers, name_of
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.kernel.tenancy import Tenant

_BATCH = 50


class EventLoader:
    """An event without an id of its own gets one of job and line, so that it is recorded once."""

    def __init__(self, tenant: Tenant, job_id: str, run: int, buyers: Buyers, now: datetime) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._run = run
        self._buyers = buyers
        self._now = now

    def key_of(self, line: int, values: Values) -> str:
        if "anonymous_id" not in values:
            name_of(values)
        return str(line)

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        groups = list(chunk.groups.values())
        ids = (("event:" + g.rows[0].values["id"], g.line) for g in groups if "id" in g.rows[0].values)
        first = store.first_lines(self._tenant, self._job_id, self._run, ids, self._now)
        good: list[Group] = []
        refusals: list[Refusal] = []
        for group in groups:
            values = group.rows[0].values
            line = first.get("event:" + values.get("id", ""), group.line)
            try:
                if line != group.line:
                    raise FieldError("id", f"the same id as in line {line}")
                self._event(group, CustomerRef(id="unknown"))
                good.append(group)
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
        batches = [good[start : start + _BATCH] for start in range(0, len(good), _BATCH)]
        return [Unit(batch[0].line, str(batch[0].line), batch) for batch in batches], refusals

    def _event(self, group: Group, customer: CustomerRef) -> NewEvent:
        values = group.rows[0].values
        anonymous = values.get("anonymous_id")
        properties = values.get("properties", {})
        if not isinstance(properties, dict):
            raise FieldError("properties", "is not a JSON object")
        given: dict[str, Any] = {
            "id": values.get("id") or f"{self._job_id}:{group.line}",
            "kind": values["kind"].lower().replace(" ", "_").replace("-", "_"),
            "at": values["at"],
            "properties": properties,
            "anonymous_id": anonymous,
            "customer": None if anonymous else customer,
        }
        try:
            return NewEvent(**given)
        except ValidationError as error:
            raise from_validation(error) from error

    def plan(self, units: list[Unit]) -> store.Plan:
        groups: list[Group] = [group for unit in units for group in unit.work]
        rows = [(group.line, group.rows[0].values["at"], group.rows[0].values) for group in groups]
        known = [row for row in rows if "anonymous_id" not in row[2]]
        return {"customers": self._buyers.missing(known)}

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        return self._buyers.units(plan["customers"])

    def load(self, unit: Unit) -> Outcome:
        if unit.work and not isinstance(unit.work[0], Group):
            return self._buyers.add(unit.work)
        outcome = Outcome()
        events: list[tuple[Group, NewEvent]] = []
        for group in unit.work:
            ref = self._ref(group)
            if ref is None:
                outcome.refusals += group.refuse("customer", "there is no such customer")
            else:
                events.append((group, self._event(group, ref)))
        recorded = behaviour.record(self._tenant, [event for _, event in events], now=self._now, history=True)
        for (group, event), result in zip(events, recorded.results, strict=True):
            if result.result is Result.REFUSED:
                outcome.refusals += group.refuse("", result.reason or "refused")
            else:
                ours = result.result is Result.ACCEPTED or self._is_ours(event)
                outcome.counts["created" if ours else "unchanged"] += 1
        return outcome

    def _ref(self, group: Group) -> CustomerRef | None:
        values = group.rows[0].values
        if "anonymous_id" in values:
            return CustomerRef(id="unknown")
        found = self._buyers.find(name_of(values))
        return CustomerRef(id=found) if found else None

    def _is_ours(self, event: NewEvent) -> bool:
        """Whether an event that is there already was written by this job, before a crash."""
        customer_id = event.customer.id if event.customer else None
        return behaviour.was_recorded_by(self._tenant, event, customer_id, self._job_id, now=self._now)

    def foretell(self, unit: Unit) -> Outcome:
        if unit.work and not isinstance(unit.work[0], Group):
            return Outcome(Counter(customers=1))
        return Outcome(Counter(created=len(unit.work)))
