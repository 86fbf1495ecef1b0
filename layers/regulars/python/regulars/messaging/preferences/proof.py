"""What a page can show later of a wish that came through it, without keeping personal data."""

import hashlib
import hmac
from collections.abc import Mapping

from regulars.kernel.ids import base32
from regulars.kernel.secret import derived_key
from regulars.kernel.tenancy import Tenant


def hashed_ip(tenant: Tenant, ip: str) -> str:
    """80 bits of a keyed hash of an IP address: shows that two are the same, and not which it is; empty for none."""
    if not ip:
        return ""
    mac = hmac.digest(derived_key("regulars/ip/v1"), f"{tenant.id}:{ip}".encode(), hashlib.sha256)
    return base32(int.from_bytes(mac[:10]), 16)


def without_ip(tenant: Tenant, proof: Mapping[str, str]) -> dict[str, str]:
    """A proof as somebody gives it, with a hash in place of an IP address."""
    kept = {name: value for name, value in proof.items() if name != "ip"}
    return kept | ({"ip_hash": hashed_ip(tenant, proof["ip"])} if proof.get("ip") else {})
