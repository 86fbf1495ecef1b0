"""The items of tenants, staff and API keys. All of one tenant lie in its own partition `T#<tenant>`."""

from datetime import datetime
from typing import Any, Self, TypeVar

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    VersionAttribute,
)
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import size

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError, MalformedError
from regulars.kernel.ids import digest, tail
from regulars.kernel.pagination import decode_cursor
from regulars.kernel.permissions import Permission, Role
from regulars.kernel.table import Found, Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant, system_partition
from regulars.kernel.transaction import Transaction
from regulars.platform.model import ApiKey, Branding, Sender, StaffMember, TenantSettings

ALL_TENANTS = system_partition("TENANTS")
STAFF = "STAFF#"
KEYS = "KEY#"

ItemT = TypeVar("ItemT", bound=Item)


def _version(version: int | None) -> dict[str, Any]:
    """What a version attribute is made with: nothing for an item that is new."""
    return {} if version is None else {"version": version}


class TenantItem(Item):
    kind = UnicodeAttribute(default="tenant")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    currency = UnicodeAttribute()
    languages = JsonAttribute()
    default_language = UnicodeAttribute()
    branding = JsonAttribute()
    sender = JsonAttribute()
    cart_idle_minutes = NumberAttribute()
    status = UnicodeAttribute()
    created_at = TimeAttribute()
    version = VersionAttribute()

    @classmethod
    def of(cls, settings: TenantSettings, version: int | None) -> Self:
        """The item of `settings`; `version` is the one that was read, None for a new tenant."""
        item = cls(
            Tenant(settings.id).partition(),
            "TENANT",
            g1pk=ALL_TENANTS,
            g1sk=f"{iso(settings.created_at)}#{settings.id}",
            id=settings.id,
            name=settings.name,
            time_zone=settings.time_zone,
            currency=settings.currency,
            languages=settings.languages,
            default_language=settings.default_language,
            branding=settings.branding.model_dump(exclude_none=True),
            sender=settings.sender.model_dump(exclude_none=True),
            cart_idle_minutes=settings.cart_idle_minutes,
            status=settings.status,
            created_at=settings.created_at,
        )
        if version is not None:
            item.version = version
        return item

    @classmethod
    def find(cls, tenant: Tenant, *, consistent: bool = False) -> Self | None:
        return cls.read(tenant.partition(), "TENANT", consistent=consistent)

    def settings(self) -> TenantSettings:
        return TenantSettings(
            self.id,
            self.name,
            self.time_zone,
            self.currency,
            self.languages,
            self.default_language,
            Branding.model_construct(**({"logo_url": None} | self.branding)),
            Sender.model_construct(**({"reply_to": None} | self.sender)),
            int(self.cart_idle_minutes),
            "suspended" if self.status == "suspended" else "active",
            self.created_at,
            int(self.version),
        )


class TeamItem(Item):
    """Who the owners are: the guard of "a tenant always has one"."""

    kind = UnicodeAttribute(default="team")
    owners = UnicodeSetAttribute(null=True)

    @classmethod
    def add_owner(cls, transaction: Transaction, staff_id: str) -> None:
        item = cls(transaction.tenant.partition(), "TEAM")
        transaction.update(item, [cls.kind.set("team"), cls.owners.add({staff_id})])

    @classmethod
    def drop_owner(cls, transaction: Transaction, staff_id: str) -> None:
        """Raises ConflictError at commit for the last one, however many are dropped at the same moment."""
        item = cls(transaction.tenant.partition(), "TEAM")
        transaction.update(
            item,
            [cls.owners.delete({staff_id})],
            size(cls.owners) > 1,  # type: ignore[no-untyped-call]
            ConflictError("a tenant needs an owner: make somebody else one first"),
        )


class StaffItem(Item):
    """Stored under a digest of the account's `sub`, so that a token leads to it without a look-up."""

    kind = UnicodeAttribute(default="staff")
    id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    role = UnicodeAttribute()
    invited_at = TimeAttribute()
    invited_by = UnicodeAttribute()
    version = VersionAttribute()

    @classmethod
    def find(cls, tenant: Tenant, staff_id: str) -> Self | None:
        """By id, as it is now (1 request unit)."""
        return cls.read(tenant.partition(), STAFF + tail(staff_id), consistent=True)

    @classmethod
    def of(cls, tenant: Tenant, member: StaffMember, version: int | None) -> Self:
        return cls(
            tenant.partition(),
            STAFF + tail(member.id),
            id=member.id,
            email=member.email,
            name=member.name,
            role=member.role.value,
            invited_at=member.invited_at,
            invited_by=member.invited_by,
            **_version(version),
        )

    def member(self) -> StaffMember:
        return StaffMember(
            self.id,
            self.email,
            self.name,
            Role(self.role),
            self.invited_at,
            self.invited_by,
            int(self.version),
        )


def staff_key(tenant: Tenant, account: str) -> tuple[str, str]:
    """Where the staff item of an account (`sub`) is."""
    return tenant.partition(), STAFF + digest(tenant.id, account)


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


def page_in_tenant(
    model: type[ItemT], tenant: Tenant, prefix: str, limit: int, cursor: str | None
) -> Found[ItemT]:
    """A page of one kind of item in the tenant's own partition. Raises MalformedError for a cursor of another list."""
    after = decode_cursor(tenant, cursor)
    if after is not None and not after.get("sk", {"S": ""})["S"].startswith(prefix):
        raise MalformedError("the cursor is not one that was given out here")
    return model.page(tenant.partition(), model.sk.startswith(prefix), limit=limit, after=after)


def note_use(tenant: Tenant, key_id: str, now: datetime) -> None:
    """Remember when a key was last used; harmless if it is gone."""
    try:
        KeyItem(*key_place(tenant, key_id)).update(
            [KeyItem.last_used_at.set(now)], condition=KeyItem.pk.exists()
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
