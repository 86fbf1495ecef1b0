"""Bodies and answers of the platform's routes. What creates or changes a tenant is the capability's own model."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from regulars.kernel.http.models import Input, Line, Moment, View, page_model
from regulars.kernel.permissions import TENANT_PERMISSIONS, Permission, Role
from regulars.platform.model import Branding, Email, Name, Sender, StaffRole, Status


def _grantable(scope: str) -> str:
    if scope not in TENANT_PERMISSIONS:
        raise ValueError("is not a permission that an API key can have")
    return scope


Scope = Annotated[
    str,
    AfterValidator(_grantable),
    Field(json_schema_extra={"enum": sorted(scope.value for scope in TENANT_PERMISSIONS)}),
]


class SettingsView(View):
    id: str
    name: str
    time_zone: str
    currency: str
    languages: list[str]
    default_language: str
    branding: Branding
    sender: Sender
    cart_idle_minutes: int
    status: Status
    created_at: datetime
    version: int


class TenantView(SettingsView):
    """A tenant, as its operator sees it."""


class MeView(View):
    """Who calls: `email`, `name` of staff only; `tenant` is absent for an operator."""

    kind: str
    id: str
    role: Role | None
    permissions: list[Permission]
    email: str | None
    name: str | None
    tenant: SettingsView | None


class StaffView(View):
    id: str
    email: str
    name: str
    role: Role
    invited_at: datetime
    invited_by: str
    version: int


class Invitation(Input):
    email: Email
    name: Name
    role: StaffRole


class RoleChange(Input):
    role: StaffRole


class NewKey(Input):
    """`scopes` are permissions that the maker has; without `valid_until` the key holds until it is revoked."""

    label: Line
    scopes: list[Scope] = Field(min_length=1, max_length=len(TENANT_PERMISSIONS))
    valid_until: Moment | None = None


class KeyView(View):
    id: str
    label: str
    scopes: list[Permission]
    created_at: datetime
    created_by: str
    valid_until: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyView(KeyView):
    """`key` is shown this one time; null when the request is repeated with its Idempotency-Key."""

    key: str | None


class NewToken(Input):
    expires_in: int = Field(3600, ge=60, le=86_400, description="Seconds")


class TokenView(View):
    token: str
    customer_id: str
    expires_at: datetime


TenantPage = page_model(TenantView)
StaffPage = page_model(StaffView)
KeyPage = page_model(KeyView)
