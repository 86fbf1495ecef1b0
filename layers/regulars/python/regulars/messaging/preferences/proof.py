"""What a page can show later of a wish that came through it, without keeping personal data."""

import hashlib
import hmac

from regulars.kernel.ids import base32
from regulars.kernel.secret import derived_key
from regulars.kernel.tenancy import Tenant


def hashed_ip(tenant: Tenant, ip: str) -> str:
    """80 bits of a keyed hash of an IP address: shows that two are the same, and not which it is; empty for none."""
    if not ip:
        return ""
    mac = hmac.digest(derived_key("regulars/ip/v1"), f"{tenant.id}:{ip}".encode(), hashlib.sha256)
    return base32(int.from_bytes(mac[:10]), 16)
