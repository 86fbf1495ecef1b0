"""Addresses not to be written to: one row one address, by email or by SMS."""

from collections import Counter
from datetime import datetime

from regulars.customers import email_address, phone_number
from regulars.imports import store
from regulars.imports.chunks import Chunk
from regulars.imports.mapping import FieldError, Values
from regulars.imports.model import Outcome
from regulars.imports.refusals import Refusal
from regulars.imports.runner import Unit
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, SuppressionReason, suppress, suppressed

Address = tuple[Channel, str]
# How others call what we have a reason for; anything else is a suppression for marketing alone.
_REASONS = {
    "hardbounce": SuppressionReason.HARD_BOUNCE,
    "hard": SuppressionReason.HARD_BOUNCE,
    "bounce": SuppressionReason.HARD_BOUNCE,
    "bounced": SuppressionReason.HARD_BOUNCE,
    "invalid": SuppressionReason.HARD_BOUNCE,
    "cleaned": SuppressionReason.HARD_BOUNCE,
    "complaint": SuppressionReason.COMPLAINT,
    "complained": SuppressionReason.COMPLAINT,
    "spam": SuppressionReason.COMPLAINT,
    "spamreport": SuppressionReason.COMPLAINT,
    "softbounces": SuppressionReason.SOFT_BOUNCES,
    "softbounce": SuppressionReason.SOFT_BOUNCES,
    "unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "unsubscribe": SuppressionReason.UNSUBSCRIBED,
    "optout": SuppressionReason.UNSUBSCRIBED,
    "stop": SuppressionReason.STOPPED,
    "stopped": SuppressionReason.STOPPED,
    "manual": SuppressionReason.MANUAL,
}


class SuppressionLoader:
    """Suppresses addresses that are not suppressed yet, with the file's own reasons and moments."""

    def __init__(self, tenant: Tenant, job_id: str, run: int, now: datetime) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._run = run
        self._now = now
        self._new: set[Address] = set()

    def key_of(self, line: int, values: Values) -> str:
        return str(line)

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        units: list[Unit] = []
        refusals: list[Refusal] = []
        for group in chunk.groups.values():
            try:
                address = _address(group.rows[0].values)
                self._check(group.rows[0].values)
                units.append(Unit(group.line, address[1], (address, group.rows[0].values)))
            except FieldError as error:
                refusals += group.refuse(error.field, error.reason)
        marks = ((f"{u.work[0][0]}:{u.work[0][1]}", u.line) for u in units)
        first = store.first_lines(self._tenant, self._job_id, self._run, marks, self._now)
        lines = {group.line: group for group in chunk.groups.values()}
        taken: list[Unit] = []
        for unit in units:
            channel, address = unit.work[0]
            line = first[f"{channel}:{address}"]
            if line != unit.line:
                refusals += lines[unit.line].refuse(_field(channel), f"the same address as in line {line}")
            else:
                taken.append(unit)
        return taken, refusals

    def _check(self, values: Values) -> None:
        if "at" in values and values["at"] > self._now:
            raise FieldError("at", "lies ahead")

    def plan(self, units: list[Unit]) -> store.Plan:
        addresses = [unit.work[0] for unit in units]
        held = suppressed(self._tenant, addresses)
        return {
            "new": [
                [channel.value, address] for channel, address in addresses if (channel, address) not in held
            ]
        }

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        self._new = {(Channel(channel), address) for channel, address in plan["new"]}
        return []

    def load(self, unit: Unit) -> Outcome:
        (channel, address), values = unit.work
        suppress(
            self._tenant,
            channel,
            address,
            _reason(values),
            self._now,
            detail=values.get("detail", ""),
            at=values.get("at"),
            by=made_by(self._job_id),
        )
        return self.foretell(unit)

    def foretell(self, unit: Unit) -> Outcome:
        return Outcome(Counter({"created" if unit.work[0] in self._new else "unchanged": 1}))


def made_by(job_id: str) -> str:
    """Who put an address on the list, when an import did."""
    return f"import:{job_id}"


def _field(channel: Channel) -> str:
    return "email" if channel is Channel.EMAIL else "phone"


def _address(values: Values) -> Address:
    if "email" in values:
        address = email_address(values["email"])
        if address is None:
            raise FieldError("email", "is not an email address")
        return Channel.EMAIL, address
    if "phone" not in values:
        raise FieldError("email", "give an email address or a phone number")
    # Spreadsheets take the plus away.
    number = phone_number(values["phone"]) or phone_number("+" + values["phone"])
    if number is None:
        raise FieldError("phone", "is not a phone number with its country's code, such as +447911123456")
    return Channel.SMS, number


def _reason(values: Values) -> SuppressionReason:
    letters = "".join(letter for letter in values.get("reason", "").lower() if letter.isalpha())
    return _REASONS.get(letters, SuppressionReason.IMPORTED)
