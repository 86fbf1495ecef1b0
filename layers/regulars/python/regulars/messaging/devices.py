"""The devices that customers get push messages on. An app registers its token at every start; the newest one is sent to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from regulars.customers import facts_of
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.device_store import (
    Device,
    Devices,
    Platform,
    device_id,
    give_device,
    owner_of_device,
    read_devices,
    save_devices,
    take_device,
)

MOST_DEVICES = 20
_ATTEMPTS = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewDevice:
    platform: Platform
    token: str
    name: str = ""


def list_devices(tenant: Tenant, customer_id: str) -> list[Device]:
    """A customer's devices, the one seen last first."""
    return list(read_devices(tenant, customer_id).devices)


def register_device(tenant: Tenant, customer_id: str, new: NewDevice, now: datetime) -> Device:
    """Note that the customer uses the device. A token that was another customer's is theirs no more; of more than twenty
    devices the one not seen for longest goes. Raises NotFoundError for an unknown customer."""
    if facts_of(tenant, customer_id, consistent=True) is None:
        raise NotFoundError
    return _insisting(lambda: _registered(tenant, customer_id, new, now))


def _registered(tenant: Tenant, customer_id: str, new: NewDevice, now: datetime) -> Device:
    own, identifier = read_devices(tenant, customer_id), device_id(tenant, new.token)
    owner = owner_of_device(tenant, identifier)
    known = next((one for one in own.devices if one.id == identifier), None)
    device = Device(identifier, new.platform, new.token, known.created_at if known else now, now, new.name)
    kept = [device, *_without(own, identifier)]
    tx = Transaction(tenant)
    save_devices(tx, own, kept[:MOST_DEVICES])
    give_device(tx, identifier, owner, customer_id)
    for dropped in kept[MOST_DEVICES:]:
        take_device(tx, dropped.id, customer_id)
    if owner not in (None, customer_id):
        before = read_devices(tenant, owner or "")
        save_devices(tx, before, _without(before, identifier))
    tx.commit()
    return device


def remove_device(tenant: Tenant, customer_id: str, identifier: str) -> None:
    """Send nothing to the device any more. Raises NotFoundError."""
    if not _removed(tenant, customer_id, identifier):
        raise NotFoundError


def forget_token(tenant: Tenant, customer_id: str, token: str) -> None:
    """A provider says that the token is no more; harmless if it is not there."""
    _removed(tenant, customer_id, device_id(tenant, token))


def forget_devices(tenant: Tenant, customer_id: str) -> None:
    """All of a customer who is erased."""
    for device in read_devices(tenant, customer_id).devices:
        _removed(tenant, customer_id, device.id)


def _removed(tenant: Tenant, customer_id: str, identifier: str) -> bool:
    def remove() -> bool:
        own = read_devices(tenant, customer_id)
        if all(one.id != identifier for one in own.devices):
            return False
        tx = Transaction(tenant)
        save_devices(tx, own, _without(own, identifier))
        take_device(tx, identifier, customer_id)
        tx.commit()
        return True

    return _insisting(remove)


def _without(own: Devices, identifier: str) -> list[Device]:
    return [one for one in own.devices if one.id != identifier]


def _insisting(change: Callable[[], T]) -> T:
    """Read, decide and write anew when somebody else was quicker. Raises ConflictError when others keep winning."""
    for attempt in range(_ATTEMPTS):
        try:
            return change()
        except ConflictError:
            full_jitter(0.01, min(attempt, 6))
    return change()
