"""The items of API keys, and what the authorizer reads."""

from datetime import datetime
from typing import Self

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.permissions import Permission
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant, system_partition
from regulars.platform.access_model import ApiKey

KEYS = "KEY#"


class KeyItem(Item):
    """An API key without its secret: only a hash is kept."""

    kind = UnicodeAttribute(default="api_key")
    id = UnicodeAttribute()
    hash = UnicodeAttribute()
    label = UnicodeAttribute()
    scopes = JsonAttribute()
    created_at = TimeAttribute()
    created_by = UnicodeAttribute()
    valid_until = TimeAttribute(null=True)
    revoked_at = TimeAttribute(null=True)
    last_used_at = TimeAttribute(null=True)

    @classmethod
    def of(cls, tenant: Tenant, key: ApiKey, hashed: str) -> Self:
        return cls(
            *key_place(tenant, key.id),
            id=key.id,
            hash=hashed,
            label=key.label,
            scopes=[scope.value for scope in key.scopes],
            created_at=key.created_at,
            created_by=key.created_by,
            valid_until=key.valid_until,
        )

    def key(self) -> ApiKey:
        return ApiKey(
            self.id,
            self.label,
            [Permission(scope) for scope in self.scopes],
            self.created_at,
            self.created_by,
            self.valid_until,
            self.revoked_at,
            self.last_used_at,
        )


def key_place(tenant: Tenant, key_id: str) -> tuple[str, str]:
    return tenant.partition(), KEYS + key_id


class KeyLookupItem(Item):
    """From the hash of a key to whose it is. Never changes, so that a process may remember it."""

    kind = UnicodeAttribute(default="key_lookup")
    tenant = UnicodeAttribute()
    key_id = UnicodeAttribute()

    @classmethod
    def of(cls, tenant: Tenant, key_id: str, hashed: str) -> Self:
        return cls(system_partition("KEY", hashed), "KEY", tenant=tenant.id, key_id=key_id)

    @classmethod
    def find(cls, hashed: str) -> Self | None:
        return cls.read(system_partition("KEY", hashed), "KEY")


class AdmissionItem(Item):
    """What the authorizer needs of a tenant, a staff or a key item, so that one batch reads them together."""

    status = UnicodeAttribute(null=True)
    id = UnicodeAttribute(null=True)
    role = UnicodeAttribute(null=True)
    scopes = JsonAttribute(null=True)
    valid_until = TimeAttribute(null=True)
    revoked_at = TimeAttribute(null=True)
    last_used_at = TimeAttribute(null=True)

    @classmethod
    def gather(cls, *keys: tuple[str, str]) -> dict[str, Self]:
        """The items that exist, as they are now, by `kind`. One request unit each."""
        return {item.kind: item for item in cls.batch_get(list(keys), consistent_read=True)}


def note_use(tenant: Tenant, key_id: str, now: datetime) -> None:
    """Remember when a key was last used; harmless if it is gone."""
    KeyItem(*key_place(tenant, key_id)).update_if([KeyItem.last_used_at.set(now)])
