"""Consents given or withdrawn elsewhere: each keeps its own moment and source, and none undoes what was said later."""

from collections import Counter
from datetime import datetime
from typing import Any

from regulars.imports import store
from regulars.imports.chunks import Chunk, Group
from regulars.imports.loaders.buyers import Buyers, name_of
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.kernel.ids import time_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, Consent, ConsentState, Contact, Told, read_contacts, record_wishes

_GRANTED = frozenset("granted yes y true 1 on subscribed optin optedin confirmed active ja tak".split())
_WITHDRAWN = frozenset(
    "withdrawn no n false 0 off unsubscribed optout optedout revoked inactive never nein nie".split()
)
_CHANNELS = {
    "email": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "sms": Channel.SMS,
    "text": Channel.SMS,
    "push": Channel.PUSH,
}
SOURCE = "import"


class ConsentLoader:
    """Writes consents into the ledger as history; customers who are not known are created if the options say so."""

    def __init__(self, tenant: Tenant, job_id: str, buyers: Buyers, now: datetime) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._buyers = buyers
        self._now = now
        self._due: dict[str, Any] = {}

    def key_of(self, line: int, values: Values) -> str:
        name_of(values)
        return str(line)

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        units: list[Unit] = []
        refusals: list[Refusal] = []
        for group in chunk.groups.values():
            values = group.rows[0].values
            try:
                consent = self._consent(values)
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
                continue
            # Rows about one customer are done in the order of the file.
            units.append(Unit(group.line, ":".join(name_of(values)), (group, _channel(values), consent)))
        return units, refusals

    def _consent(self, values: Values) -> Consent:
        at = values.get("at", time_of(self._job_id))
        if at > self._now:
            raise FieldError("at", "lies ahead")
        _channel(values)
        source = "".join(
            letter if letter.isalnum() else "_" for letter in values.get("source", SOURCE).lower()
        )
        return Consent(_state(values["state"]), at, source[:40])

    def plan(self, units: list[Unit]) -> store.Plan:
        """Unknown customers, and how consent stands where a row will change it."""
        rows = [
            (unit.line, consent.at, group.rows[0].values)
            for unit in units
            for group, _, consent in [unit.work]
        ]
        missing = self._buyers.missing(rows)
        ids = {unit.line: self._buyers.find(name_of(unit.work[0].rows[0].values)) for unit in units}
        known = sorted({one for one in ids.values() if one})
        contacts: dict[str, Contact] = {}
        for start in range(0, len(known), 100):
            contacts |= read_contacts(self._tenant, known[start : start + 100])
        due: dict[str, Any] = {}
        for unit in units:
            group, channel, consent = unit.work
            customer_id = ids[unit.line] or ""
            before = contacts[customer_id].consent(channel) if customer_id else Consent()
            if _changes(before, consent, group):
                due[str(unit.line)] = [customer_id, channel.value, _packed(consent), _packed(before)]
        return {"customers": missing, "due": due}

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        self._due = plan["due"]
        return self._buyers.units(plan["customers"])

    def load(self, unit: Unit) -> Outcome:
        if not isinstance(unit.work[0], Group):
            return self._buyers.add(unit.work)
        group, channel, consent = unit.work
        values = group.rows[0].values
        customer_id = self._buyers.find(name_of(values))
        if customer_id is None:
            return Outcome(refusals=group.refuse("customer", "there is no such customer"))
        proof = {"import": self._job_id} | ({"text": values["text"][:200]} if "text" in values else {})
        told = Told(consent.source, proof=proof, at=consent.at, history=True)
        consents = {channel: consent.state}
        over = _replaces(consent, group)
        record_wishes(self._tenant, customer_id, told, self._now, consents=consents, only_from=over)
        return self._counted(unit)

    def foretell(self, unit: Unit) -> Outcome:
        return self._counted(unit) if isinstance(unit.work[0], Group) else Outcome(Counter(customers=1))

    def _counted(self, unit: Unit) -> Outcome:
        return Outcome(Counter({"created" if str(unit.line) in self._due else "unchanged": 1}))


def _replaces(consent: Consent, group: Group) -> frozenset[ConsentState]:
    """What it may come in place of. A yes that does not say when it was said is not known to be later than a no."""
    states = frozenset(ConsentState)
    if consent.state is ConsentState.GRANTED and "at" not in group.rows[0].values:
        return states - {ConsentState.WITHDRAWN}
    return states


def _changes(before: Consent, consent: Consent, group: Group) -> bool:
    """Whether a consent of the past is news."""
    later = before.at is not None and consent.at is not None and before.at > consent.at
    return before.state is not consent.state and before.state in _replaces(consent, group) and not later


def _packed(consent: Consent) -> list[str]:
    return [consent.state.value, consent.at.isoformat() if consent.at else "", consent.source]


def _channel(values: Values) -> Channel:
    channel = _CHANNELS.get(_letters(values.get("channel", "email")))
    if channel is None:
        raise FieldError("channel", "is none of email, sms, push")
    return channel


def _state(text: str) -> ConsentState:
    letters = _letters(text)
    if letters in _GRANTED:
        return ConsentState.GRANTED
    if letters in _WITHDRAWN:
        return ConsentState.WITHDRAWN
    raise FieldError("state", f"{text[:40]!r} says neither yes nor no")


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
