"""The item of a tenant, and reading what lies beside it in its own partition `T#<tenant>`."""

from typing import Any, Self, TypeVar

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
    VersionAttribute,
)

from regulars.kernel.clock import iso
from regulars.kernel.errors import MalformedError
from regulars.kernel.pagination import decode_cursor
from regulars.kernel.table import Found, Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant, system_partition
from regulars.platform.model import Branding, Sender, TenantSettings

ALL_TENANTS = system_partition("TENANTS")

ItemT = TypeVar("ItemT", bound=Item)


def new_or_read(version: int | None) -> dict[str, Any]:
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


def page_in_tenant(
    model: type[ItemT], tenant: Tenant, prefix: str, limit: int, cursor: str | None
) -> Found[ItemT]:
    """A page of one kind of item in the tenant's own partition. Raises MalformedError for a cursor of another list."""
    after = decode_cursor(tenant, cursor)
    if after is not None and not after.get("sk", {"S": ""})["S"].startswith(prefix):
        raise MalformedError("the cursor is not one that was given out here")
    return model.page(tenant.partition(), model.sk.startswith(prefix), limit=limit, after=after)
