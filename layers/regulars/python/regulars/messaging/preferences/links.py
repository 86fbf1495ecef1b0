"""The links by which a customer reaches their preferences without signing in, and the headers of a one-click unsubscription.

References name tenant, customer and delivery and carry nothing else; each is good for one purpose alone.
"""

from dataclasses import dataclass
from typing import Literal

from regulars.kernel.links import read_link, sign_link
from regulars.kernel.settings import PublicSettings
from regulars.kernel.tenancy import Tenant

Purpose = Literal["unsubscribe", "preferences", "confirm", "view"]
_PATHS: dict[Purpose, str] = {"unsubscribe": "/u/", "preferences": "/p/", "confirm": "/confirm/"}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a followed link names: the customer, and by purpose the delivery it came in, or the request it confirms."""

    tenant: Tenant
    customer_id: str
    ulid: str = ""

    @property
    def delivery_id(self) -> str:
        return f"dlv_{self.ulid}" if self.ulid else ""


def unsubscribe_url(tenant: Tenant, customer_id: str, delivery_id: str = "") -> str:
    """Where a customer unsubscribes from marketing on the delivery's channel."""
    return _url("unsubscribe", tenant, customer_id, delivery_id)


def preferences_url(tenant: Tenant, customer_id: str, delivery_id: str = "") -> str:
    """Where a customer chooses what they get."""
    return _url("preferences", tenant, customer_id, delivery_id)


def confirm_url(tenant: Tenant, customer_id: str, request_id: str) -> str:
    """Where a customer confirms that they want to be written to."""
    return _url("confirm", tenant, customer_id, request_id)


def headers(tenant: Tenant, customer_id: str, delivery_id: str) -> dict[str, str]:
    """The headers of a marketing mail by which mail programs unsubscribe with one click (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url(tenant, customer_id, delivery_id)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def bearer_of(purpose: Purpose, reference: str) -> Bearer | None:
    """Whom a reference of ours names; None for any other text."""
    read = read_link(purpose, reference)
    if read is None:
        return None
    tenant, (customer, *rest) = read
    return Bearer(tenant, f"cus_{customer}", rest[0] if rest else "")


def _url(purpose: Purpose, tenant: Tenant, *ids: str) -> str:
    reference = sign_link(purpose, tenant, *(one for one in ids if one))
    return PublicSettings.load().public_url.rstrip("/") + _PATHS[purpose] + reference
