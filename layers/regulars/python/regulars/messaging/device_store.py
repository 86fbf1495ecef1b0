"""Devices in the table: one item beside the customer's profile with all of theirs, and a guard for each token, because a phone
that changes hands has one owner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import digest
from regulars.kernel.table import Item, JsonAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

SORT_KEY = "DEVICES"
Platform = Literal["ios", "ios_sandbox", "android", "web"]
MOVED = ConflictError("a device was registered or removed at the same moment; try again")


@dataclass(frozen=True, slots=True)
class Device:
    """`token` is what the platform gave the app; `seen_at` is when the app last registered it."""

    id: str
    platform: Platform
    token: str
    created_at: datetime
    seen_at: datetime
    name: str = ""

    @property
    def address(self) -> str:
        """What providers of push messages send to."""
        return f"{self.platform}:{self.token}"


@dataclass(frozen=True, slots=True)
class Devices:
    """A customer's devices, the one seen last first. `revision` is 0 as long as there is no item."""

    customer_id: str
    revision: int = 0
    devices: tuple[Device, ...] = ()


class DevicesItem(Item):
    kind = UnicodeAttribute(default="devices")
    revision = NumberAttribute(default=0)
    data = JsonAttribute()

    def devices(self, customer_id: str) -> Devices:
        return Devices(customer_id, int(self.revision), tuple(map(_device, self.data)))


class TokenItem(Item):
    """To whom a token belongs."""

    kind = UnicodeAttribute(default="device token")
    customer_id = UnicodeAttribute()


def device_id(tenant: Tenant, token: str) -> str:
    """The same token has the same id for ever."""
    return f"dev_{digest(tenant.id, 'device', token)}"


def read_devices(tenant: Tenant, customer_id: str) -> Devices:
    """As they are now. 1 request unit per 4 KB."""
    item = DevicesItem.read(*_place(tenant, customer_id), consistent=True)
    return item.devices(customer_id) if item else Devices(customer_id)


def read_devices_of(tenant: Tenant, customer_ids: Iterable[str]) -> dict[str, Devices]:
    """Of up to 100 customers, those who have any. 0.5 request units each."""
    places = {_place(tenant, one): one for one in customer_ids}
    items = DevicesItem.read_many(places)
    return {places[item.pk, item.sk]: item.devices(places[item.pk, item.sk]) for item in items}


def save_devices(tx: Transaction, before: Devices, devices: Sequence[Device]) -> None:
    """Replace the devices that were read as `before`."""
    place = _place(tx.tenant, before.customer_id)
    unmoved = DevicesItem.revision == before.revision if before.revision else DevicesItem.pk.does_not_exist()
    item = DevicesItem(*place, revision=before.revision + 1, data=[_packed(one) for one in devices])
    tx.save(item, unmoved, MOVED)


def owner_of_device(tenant: Tenant, identifier: str) -> str | None:
    """Who has the device now. 1 request unit."""
    item = TokenItem.read(*_token_place(tenant, identifier), consistent=True)
    return item.customer_id if item else None


def give_device(tx: Transaction, identifier: str, before: str | None, to: str) -> None:
    """The device is `to`'s from now on; it was `before`'s when that was read."""
    item = TokenItem(*_token_place(tx.tenant, identifier), customer_id=to)
    unmoved = TokenItem.customer_id == before if before else TokenItem.pk.does_not_exist()
    tx.save(item, unmoved, MOVED)


def take_device(tx: Transaction, identifier: str, customer_id: str) -> None:
    """The device is nobody's from now on."""
    item = TokenItem(*_token_place(tx.tenant, identifier))
    tx.delete(item, TokenItem.customer_id == customer_id, MOVED)


def _place(tenant: Tenant, customer_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), SORT_KEY


def _token_place(tenant: Tenant, identifier: str) -> tuple[str, str]:
    return tenant.partition("DEV", identifier), "OWNER"


def _packed(device: Device) -> list[Any]:
    moments = [device.created_at.timestamp(), device.seen_at.timestamp()]
    return [device.id, device.platform, device.token, *moments, device.name]


def _device(packed: list[Any]) -> Device:
    identifier, platform, token, created, seen, name = packed
    return Device(
        identifier,
        platform,
        token,
        datetime.fromtimestamp(created, UTC),
        datetime.fromtimestamp(seen, UTC),
        name,
    )
