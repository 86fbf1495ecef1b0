"""Mints the tokens that only the stage `local` accepts."""

import time

import jwt

ISSUER = "regulars-local"
AUDIENCE = "regulars"
ONE_HOUR = 3600
TEN_YEARS = 10 * 365 * 24 * 3600
ROLES = ("owner", "admin", "marketer", "agent", "analyst", "viewer")


def mint(
    secret: str,
    *,
    tenant: str | None = None,
    role: str | None = None,
    customer: str | None = None,
    expires_in: int = ONE_HOUR,
) -> str:
    """A token of a staff member (`role`), a customer (`customer`) or, with neither tenant, the operator.

    `expires_in` is in seconds. Raises ValueError for a combination that names nobody.
    """
    now = int(time.time())
    common = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + expires_in}
    return jwt.encode(common | _identity(tenant, role, customer), secret, algorithm="HS256")


def _identity(tenant: str | None, role: str | None, customer: str | None) -> dict[str, str]:
    if role == "operator" and tenant is None and customer is None:
        return {"kind": "operator", "sub": "local-operator"}
    if tenant and customer and role is None:
        return {"kind": "customer", "tenant": tenant, "sub": customer}
    if tenant and role in ROLES and customer is None:
        return {"kind": "staff", "tenant": tenant, "role": role, "sub": f"local-{role}"}
    raise ValueError(
        f"name a tenant and either a customer or a role of {', '.join(ROLES)}; or the role operator alone"
    )
