"""The items of staff, in their tenant's own partition."""

from typing import Self

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, VersionAttribute
from pynamodb.expressions.condition import size

from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import digest, tail
from regulars.kernel.permissions import Role
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform.access_model import StaffMember
from regulars.platform.store import new_or_read

STAFF = "STAFF#"


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
            **new_or_read(version),
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
