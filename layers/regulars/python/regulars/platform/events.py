"""Domain events of tenants, staff and keys. None carries personal data: who it is about is read by the id."""

from regulars.kernel.events import Event, Subject
from regulars.kernel.tenancy import Tenant


class TenantCreated(Event, name="tenant.created"):
    time_zone: str
    currency: str
    languages: list[str]


class TenantUpdated(Event, name="tenant.updated"):
    """`fields` are the names of what changed."""

    fields: list[str]


class TenantSuspended(Event, name="tenant.suspended"):
    pass


class TenantResumed(Event, name="tenant.resumed"):
    pass


class StaffInvited(Event, name="staff.invited"):
    staff_id: str
    role: str


class StaffRoleChanged(Event, name="staff.role_changed"):
    staff_id: str
    role: str
    previous: str


class StaffRemoved(Event, name="staff.removed"):
    staff_id: str
    role: str


class ApiKeyCreated(Event, name="api_key.created"):
    key_id: str
    scopes: list[str]


class ApiKeyRevoked(Event, name="api_key.revoked"):
    key_id: str


def about(tenant: Tenant, subject_id: str) -> Subject:
    """Where the events of the tenant's own affairs lie: one partition, in order of time."""
    return Subject(subject_id, tenant.partition("PLATFORM"))
