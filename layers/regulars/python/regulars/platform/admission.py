"""Who a credential stands for: the work behind the authorizer (PLT-2). Real time counts, never the virtual clock.

A tenant's status, a member's role and a key's state are read with each request, in one batch: what is suspended, removed or
revoked is refused from the next request on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from regulars.kernel.errors import BrokenError, InvalidError
from regulars.kernel.http.caller import Kind
from regulars.kernel.permissions import Role
from regulars.kernel.settings import LocalTokenSettings, StageSettings, VerifyStaffSettings
from regulars.kernel.tenancy import Tenant
from regulars.platform.access_model import check_customer_id
from regulars.platform.accounts import OPERATORS
from regulars.platform.customer_tokens import ISSUER as CUSTOMERS
from regulars.platform.customer_tokens import customer_of
from regulars.platform.key_store import AdmissionItem, KeyLookupItem, key_place, note_use
from regulars.platform.keys import has_form, hash_of
from regulars.platform.staff_store import staff_key
from regulars.platform.tokens import RefusedError, Token, check_claims, check_shared, read_token

LOCAL_ISSUER, LOCAL_AUDIENCE = "regulars-local", "regulars"
# `last_used_at` is written once in this time at the most: a write a request would cost more than the request.
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A verified caller. `role` is of staff, `scopes` of an API key; an operator has no tenant."""

    kind: Kind
    id: str
    tenant: Tenant | None = None
    role: str = ""
    scopes: str = ""


def admit_bearer(text: str, now: datetime) -> Admitted:
    """Who a bearer token (or a session cookie) stands for. Raises RefusedError, UnavailableError.

    The issuer it claims decides by which rules it is verified; each allows one algorithm.
    """
    token = read_token(text)
    issuer = token.claims.get("iss")
    if issuer == CUSTOMERS:
        tenant, customer_id = customer_of(token, now)
        _active(AdmissionItem.gather(_tenant_key(tenant)))
        return Admitted("customer", customer_id, tenant)
    if issuer == LOCAL_ISSUER:
        return _local(token, now)
    if issuer == VerifyStaffSettings.load().user_pool_issuer:
        return _staff(token, now)
    raise RefusedError("invalid")


def admit_key(text: str, now: datetime) -> Admitted:
    """Who an API key stands for. Raises RefusedError."""
    if not has_form(text):
        raise RefusedError("invalid")
    tenant, key_id = _whose(hash_of(text))
    items = AdmissionItem.gather(_tenant_key(tenant), key_place(tenant, key_id))
    key = items.get("api_key")
    if key is None:
        raise RefusedError("invalid")
    if key.revoked_at:
        raise RefusedError("revoked")
    if key.valid_until and key.valid_until <= now:
        raise RefusedError("expired")
    _active(items)
    if not key.last_used_at or now - key.last_used_at >= _NOTED_EVERY:
        note_use(tenant, key_id, now)
    return Admitted("api_key", key_id, tenant, scopes=" ".join(key.scopes))


@lru_cache(maxsize=1000)
def _whose(hashed: str) -> tuple[Tenant, str]:
    """A key's owner never changes, so it is remembered; what is not found is not."""
    lookup = KeyLookupItem.find(hashed)
    if lookup is None:
        raise RefusedError("invalid")
    return Tenant(lookup.tenant), lookup.key_id


def _staff(token: Token, now: datetime) -> Admitted:
    # Here and not above: it loads cryptography, which a key or a customer's token does not need.
    from regulars.platform.staff_tokens import staff_claims

    claims = staff_claims(token, now)
    if OPERATORS in (claims.get("cognito:groups") or ()):
        return Admitted("operator", claims["sub"])
    tenant = _tenant(claims.get("custom:tenant"))
    items = AdmissionItem.gather(_tenant_key(tenant), staff_key(tenant, claims["sub"]))
    member = items.get("staff")
    if member is None:
        raise RefusedError("removed")
    _active(items)
    return Admitted("staff", member.id, tenant, role=member.role)


def _local(token: Token, now: datetime) -> Admitted:
    """A token of the local run, which may say anything of its bearer. No other stage has the secret, nor this way in."""
    secret = LocalTokenSettings.load().local_tokens
    if StageSettings.load().stage != "local" or not secret:
        raise RefusedError("invalid")
    check_shared(token, secret.encode())
    check_claims(token, issuer=LOCAL_ISSUER, audience=LOCAL_AUDIENCE, now=now)
    claims = {name: str(token.claims.get(name, "")) for name in ("kind", "sub", "tenant", "role")}
    if not claims["sub"]:
        raise RefusedError("invalid")
    if claims["kind"] == "operator":
        return Admitted("operator", claims["sub"])
    tenant = _tenant(claims["tenant"])
    _active(AdmissionItem.gather(_tenant_key(tenant)))
    try:
        if claims["kind"] == "customer":
            return Admitted("customer", check_customer_id(claims["sub"]), tenant)
        if claims["kind"] == "staff":
            return Admitted("staff", claims["sub"], tenant, role=Role(claims["role"]))
    except (InvalidError, ValueError) as error:
        raise RefusedError("invalid") from error
    raise RefusedError("invalid")


def _tenant(claimed: Any) -> Tenant:
    try:
        return Tenant(str(claimed))
    except BrokenError as error:
        raise RefusedError("invalid") from error


def _tenant_key(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition(), "TENANT"


def _active(items: dict[str, AdmissionItem]) -> None:
    tenant = items.get("tenant")
    if tenant is None:
        raise RefusedError("invalid")
    if tenant.status != "active":
        raise RefusedError("suspended")
