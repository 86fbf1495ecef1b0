"""Customer tokens: a shop's server signs its own visitor in to their own data, for a short while (PLT-2).

HS256 with a key per tenant, derived from the secret: a tenant named in a token is the tenant whose key must have signed it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from regulars.kernel.clock import SystemClock
from regulars.kernel.errors import BrokenError, InvalidError
from regulars.kernel.secret import token_secret
from regulars.kernel.tenancy import Tenant
from regulars.platform.access_model import check_customer_id
from regulars.platform.tokens import RefusedError, Token, check_claims, check_shared, sign_shared

ISSUER = "regulars"
AUDIENCE = "regulars:customer"
HOUR, LONGEST = 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class CustomerToken:
    """A bearer token and when it ends."""

    token: str
    customer_id: str
    expires_at: datetime


def issue_customer_token(tenant: Tenant, customer_id: str, expires_in: int = HOUR) -> CustomerToken:
    """A token for `expires_in` seconds (60 to 86,400) of real time, also where time can be moved. Raises InvalidError."""
    if not 60 <= expires_in <= LONGEST:
        raise InvalidError.of("/expires_in", "must be 60 to 86400 seconds")
    issued = int(SystemClock().now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": check_customer_id(customer_id),
        "tenant": tenant.id,
        "iat": issued,
        "exp": issued + expires_in,
    }
    token = sign_shared(claims, key_of(token_secret(), tenant))
    return CustomerToken(token, customer_id, datetime.fromtimestamp(issued + expires_in, UTC))


def customer_of(token: Token, now: datetime) -> tuple[Tenant, str]:
    """Whose token this is: the tenant and the customer's id. Raises RefusedError."""
    try:
        tenant = Tenant(str(token.claims.get("tenant")))
        customer_id = check_customer_id(str(token.claims.get("sub")))
    except (BrokenError, InvalidError) as error:
        raise RefusedError("invalid") from error
    check_shared(token, key_of(token_secret(), tenant))
    check_claims(token, issuer=ISSUER, audience=AUDIENCE, now=now)
    return tenant, customer_id


def key_of(secret: bytes, tenant: Tenant) -> bytes:
    """The tenant's signing key: one step of HMAC-SHA256 as in HKDF's expansion (RFC 5869), the secret being uniform."""
    return hmac.digest(secret, f"regulars/customer-token/v1/{tenant.id}\x01".encode(), hashlib.sha256)
