"""Tenants (operators only), a tenant's own settings, and who is calling."""

from contextlib import suppress
from dataclasses import dataclass

from platform_api.schemas import MeView, SettingsView, TenantPage, TenantView
from regulars import platform
from regulars.kernel.errors import NotFoundError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission, Role
from regulars.platform import NewTenant, SettingsChange, TenantChange, TenantSettings, tenant_named

routes = Routes("platform_api", tag="tenants")


@routes.post(
    "/tenants",
    permission=Permission.TENANTS_ADMIN,
    answer=TenantView,
    status=201,
    location="/tenants/{id}",
    errors=(429,),
)
def create_tenant(call: Call, body: NewTenant) -> TenantSettings:
    """Create a tenant and invite its first owner.

    The owner is mailed a temporary password. An address that has an account already is refused with 409.
    """
    return platform.create_tenant(body, by=f"operator:{call.caller.id}", now=call.now, once=call.once)


@routes.get("/tenants", permission=Permission.TENANTS_ADMIN, answer=TenantPage)
def list_tenants(call: Call, query: ListQuery) -> Page[TenantSettings]:
    """List all tenants, the newest first."""
    return platform.list_tenants(limit=query.limit, cursor=query.cursor)


@routes.get("/tenants/{tenant_id}", permission=Permission.TENANTS_ADMIN, answer=TenantView)
def get_tenant(call: Call) -> TenantSettings:
    """Read a tenant."""
    return platform.get_tenant(tenant_named(call.params["tenant_id"]))


@routes.patch("/tenants/{tenant_id}", permission=Permission.TENANTS_ADMIN, answer=TenantView, errors=(412,))
def update_tenant(call: Call, body: TenantChange) -> TenantSettings:
    """Change, suspend or resume a tenant.

    While a tenant is suspended all its credentials are refused with 401.
    """
    tenant = tenant_named(call.params["tenant_id"])
    return platform.update_settings(tenant, body, now=call.now, if_match=call.if_match)


@routes.get("/settings", permission=Permission.SETTINGS_READ, answer=SettingsView)
def get_settings(call: Call) -> TenantSettings:
    """Read the tenant's settings."""
    return platform.get_tenant(call.tenant)


@routes.patch("/settings", permission=Permission.SETTINGS_WRITE, answer=SettingsView, errors=(412,))
def update_settings(call: Call, body: SettingsChange) -> TenantSettings:
    """Change the tenant's settings.

    What is left out stays; `branding` and `sender` are replaced as a whole. The currency cannot be changed.
    """
    return platform.update_settings(call.tenant, body, now=call.now, if_match=call.if_match)


@dataclass(frozen=True, slots=True)
class Me:
    """The caller, with what is known of them."""

    kind: str
    id: str
    role: Role | None
    permissions: list[Permission]
    email: str | None
    name: str | None
    tenant: TenantSettings | None


@routes.get("/me", permission=Permission.VERIFIED, answer=MeView)
def get_me(call: Call) -> Me:
    """Who is calling, and what they may do."""
    caller = call.caller
    email = name = None
    if caller.kind == "staff":
        with suppress(NotFoundError):
            member = platform.get_staff(call.tenant, caller.id)
            email, name = member.email, member.name
    tenant = platform.get_tenant(caller.tenant) if caller.tenant else None
    return Me(caller.kind, caller.id, caller.role, sorted(caller.permissions), email, name, tenant)
