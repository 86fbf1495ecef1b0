"""The verified caller, as the authorizer passed it on, and the call it makes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from regulars.kernel.errors import ForbiddenError, NotFoundError, UnauthenticatedError, UnavailableError
from regulars.kernel.idempotency import Once
from regulars.kernel.permissions import OF_CUSTOMER, TENANT_PERMISSIONS, Permission, Role, of_role
from regulars.kernel.tenancy import Tenant

Kind = Literal["staff", "api_key", "customer", "operator"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a member of staff, an API key, a customer (own data only) or an operator (tenants only)."""

    kind: Kind
    id: str
    tenant: Tenant | None
    permissions: frozenset[Permission]
    role: Role | None = None

    @classmethod
    def of(cls, context: dict[str, Any]) -> "Caller":
        """From the authorizer's context. Raises UnauthenticatedError with the reason of the refusal, UnavailableError when
        the credential could not be looked at."""
        kind = context.get("caller_kind")
        if context.get("refusal") == "unavailable":
            raise UnavailableError
        if not kind:
            raise UnauthenticatedError(_REFUSALS.get(str(context.get("refusal")), ""))
        role = Role(context["role"]) if context.get("role") else None
        tenant = Tenant(context["tenant"]) if context.get("tenant") else None
        return cls(cast("Kind", kind), str(context["caller_id"]), tenant, _permissions(context, role), role)

    def may(self, permission: Permission) -> bool:
        return permission in {Permission.PUBLIC, Permission.VERIFIED} or permission in self.permissions


def _permissions(context: dict[str, Any], role: Role | None) -> frozenset[Permission]:
    kind = context["caller_kind"]
    if kind == "operator":
        return frozenset({Permission.TENANTS_ADMIN})
    if kind == "customer":
        return OF_CUSTOMER
    if kind == "staff" and role is not None:
        return of_role(role)
    known = {permission.value: permission for permission in TENANT_PERMISSIONS}
    return frozenset(known[scope] for scope in str(context.get("scopes", "")).split() if scope in known)


_REFUSALS = {
    "invalid": "The credential does not verify.",
    "cross-site": "A session cookie is not accepted for a change that another site asks for.",
    "missing": "No credential was sent: use `Authorization: Bearer …` or `X-Api-Key`.",
    "expired": "The token has expired.",
    "suspended": "This tenant is suspended.",
    "revoked": "This API key has been revoked.",
    "removed": "This account has no access to the tenant any more.",
}


@dataclass(slots=True)
class Call:
    """One verified request, as a route's function gets it."""

    caller: Caller
    params: dict[str, str]
    now: datetime
    once: Once | None = None
    if_match: int | None = None
    correlation: str = ""
    event: dict[str, Any] | None = None

    @property
    def tenant(self) -> Tenant:
        """The caller's tenant, and there is no other way to name one. Raises ForbiddenError for an operator."""
        if self.caller.tenant is None:
            raise ForbiddenError("this credential belongs to no tenant")
        return self.caller.tenant

    def authorize(self, permission: Permission, *, own: bool) -> None:
        """Refuse what the caller may not do. A customer who names somebody else learns nothing: 404."""
        if self.caller.kind == "customer":
            if not own or permission not in OF_CUSTOMER:
                raise ForbiddenError
            if self.params.get("customer_id") != self.caller.id:
                raise NotFoundError
        if not self.caller.may(permission):
            raise ForbiddenError(f"this needs the permission {permission.value}")
