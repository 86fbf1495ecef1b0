"""Dispatches in the table: a head with the message, sixteen gates that claims pass and that hold the sums, parked batches."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Failed, Otherwise, Transaction
from regulars.messaging.dispatch_model import Dispatch, Door
from regulars.messaging.model import Channel, Choice, Message
from regulars.messaging.tally_store import GATES, rows_of

_HEAD = "HEAD"
_PARKED = "PARKED#"


class DispatchItem(Item):
    kind = UnicodeAttribute(default="dispatch")
    id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    message = JsonAttribute()
    door = UnicodeAttribute()
    created_at = TimeAttribute()
    throttle = NumberAttribute(null=True)
    hold_out = BooleanAttribute(null=True)
    planned = NumberAttribute(null=True)
    utm = JsonAttribute(null=True)

    @classmethod
    def of(cls, tenant: Tenant, dispatch: Dispatch) -> Self:
        return cls(
            _pk(tenant, dispatch.id),
            _HEAD,
            id=dispatch.id,
            name=dispatch.name or None,
            message=_packed(dispatch.message),
            door=dispatch.state.value,
            created_at=dispatch.created_at,
            throttle=dispatch.throttle_per_minute or None,
            hold_out=dispatch.hold_out or None,
            planned=dispatch.planned or None,
            utm=dict(dispatch.utm) or None,
        )

    def dispatch(self) -> Dispatch:
        return Dispatch(
            self.id,
            self.name or "",
            _unpacked(self.message, self.id),
            Door(self.door),
            self.created_at,
            int(self.throttle or 0),
            bool(self.hold_out),
            int(self.planned or 0),
            self.utm or {},
        )


class GateItem(Item):
    """Its sums are attributes without a declaration (see `tally_store`)."""

    kind = UnicodeAttribute(default="gate")
    door = UnicodeAttribute()


class ParkedItem(Item):
    """Work that came while the dispatch was paused: its message for the queue."""

    kind = UnicodeAttribute(default="parked")
    work = JsonAttribute()


class MarkItem(Item):
    kind = UnicodeAttribute(default="batch")


def _pk(tenant: Tenant, dispatch_id: str) -> str:
    return tenant.partition("DSP", dispatch_id)


def gate_key(tenant: Tenant, dispatch_id: str, number: int) -> tuple[str, str]:
    """The gate that the batch with this number passes."""
    return _pk(tenant, dispatch_id), f"GATE#{number % GATES:02d}"


def create_dispatch(tx: Transaction, dispatch: Dispatch) -> None:
    """Seventeen writes; the commit raises ConflictError when there is one with this id."""
    tx.create(DispatchItem.of(tx.tenant, dispatch))
    for number in range(GATES):
        tx.create(GateItem(*gate_key(tx.tenant, dispatch.id, number), door=dispatch.state.value))


def read_dispatch(tenant: Tenant, dispatch_id: str, *, consistent: bool = True) -> Dispatch:
    """Raises NotFoundError. 1 request unit."""
    item = DispatchItem.read(_pk(tenant, dispatch_id), _HEAD, consistent=consistent)
    if item is None:
        raise NotFoundError("there is no such dispatch")
    return item.dispatch()


def read_door(tenant: Tenant, dispatch_id: str, number: int) -> Door:
    """How the gate of a batch stands now; closed if there is none. 1 request unit."""
    item = GateItem.read(*gate_key(tenant, dispatch_id, number), consistent=True)
    return Door(item.door) if item else Door.CLOSED


def move_doors(tx: Transaction, dispatch_id: str, door: Door) -> None:
    """Every gate and the head; the commit raises ConflictError when the dispatch is closed, NotFoundError if there is none."""

    def refused(raw: dict[str, Any] | None) -> Exception:
        return ConflictError("this was cancelled") if raw else NotFoundError("there is no such dispatch")

    head, shut = DispatchItem(_pk(tx.tenant, dispatch_id), _HEAD), Door.CLOSED.value
    standing = DispatchItem.pk.exists() & (DispatchItem.door != shut)
    tx.update(head, [DispatchItem.door.set(door.value)], standing, refused)
    for number in range(GATES):
        gate = GateItem(*gate_key(tx.tenant, dispatch_id, number))
        tx.update(gate, [GateItem.door.set(door.value)])


def pass_gate(
    tx: Transaction, dispatch_id: str, number: int, counts: dict[str, int], otherwise: Otherwise
) -> None:
    """Go through the gate, which must be open, adding to its sums."""
    gate = GateItem(*gate_key(tx.tenant, dispatch_id, number))
    actions: list[Action] = [GateItem.kind.set("gate")]
    actions += [Path([name]).add(amount) for name, amount in counts.items() if amount]
    tx.update(gate, actions, GateItem.door == Door.OPEN.value, otherwise)


def is_gate(failed: Failed) -> bool:
    """Whether what failed is the passing of a gate."""
    return failed.key[1].startswith("GATE#")


def add_at_gate(tx: Transaction, dispatch_id: str, number: int, counts: dict[str, int]) -> None:
    """Add to the sums of a gate, however it stands: of what has passed already."""
    changed: list[Action] = [Path([name]).add(amount) for name, amount in counts.items() if amount]
    if changed:
        tx.update(GateItem(*gate_key(tx.tenant, dispatch_id, number)), [GateItem.kind.set("gate"), *changed])


def park(tx: Transaction, dispatch_id: str, name: str, work: dict[str, Any]) -> None:
    """Keep work for when the dispatch opens; the same name replaces it."""
    tx.save(ParkedItem(_pk(tx.tenant, dispatch_id), _PARKED + name, work=work))


def mark_batch(tx: Transaction, dispatch_id: str, number: int) -> None:
    """Note that a batch's customers without deliveries are counted; the commit raises ConflictError when they were before."""
    tx.create(MarkItem(_pk(tx.tenant, dispatch_id), f"BATCH#{number}"))


def must_be_paused(tx: Transaction, dispatch_id: str, number: int, otherwise: Otherwise) -> None:
    """That the gate is (still) paused, so that who opens it finds what is parked in the same transaction."""
    gate = GateItem(*gate_key(tx.tenant, dispatch_id, number))
    tx.check(gate, GateItem.door == Door.PAUSED.value, otherwise)


def parked(tenant: Tenant, dispatch_id: str) -> Iterator[ParkedItem]:
    """What is parked, as it is now."""
    return ParkedItem.each(_pk(tenant, dispatch_id), ParkedItem.sk.startswith(_PARKED), consistent=True)


def gates(tenant: Tenant, dispatch_id: str) -> Iterator[dict[str, Any]]:
    """The raw rows of the gates."""
    return rows_of(_pk(tenant, dispatch_id), "GATE#")


def _packed(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {
        "key": message.key,
        "at": message.at.isoformat(),
        "template": message.template,
        "channels": [channel.value for channel in message.channels],
        "category": message.category,
        "choice": message.choice.value,
        "version": message.version,
        "about": message.about,
        "values": dict(message.values),
        "campaign_id": message.campaign_id,
        "variant": message.variant,
        "subject": message.subject,
        "expires_at": message.expires_at.isoformat() if message.expires_at else None,
    }
    return {name: value for name, value in data.items() if value}


def _unpacked(data: dict[str, Any], dispatch_id: str) -> Message:
    until = data.pop("expires_at", None)
    data |= {
        "at": datetime.fromisoformat(data["at"]),
        "channels": tuple(Channel(name) for name in data["channels"]),
        "choice": Choice(data["choice"]),
        "expires_at": datetime.fromisoformat(until) if until else None,
    }
    return Message(**data, dispatch_id=dispatch_id)
