"""The keys that a tenant's webhooks are signed with: derived from the deployment's secret, the tenant and a number that moves on
when the key is rotated.

For a day after that messages carry the signature of the former key too, as Standard Webhooks foresees it, so that a receiver
can change its own without missing one.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.kernel.errors import StaleError
from regulars.kernel.events import Subject
from regulars.kernel.secret import derived_key
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.events import MessagingSettingsChanged
from regulars.messaging.webhook_key_store import (
    KeyInUse,
    forget_key_in_use,
    key_in_use,
    read_key_in_use,
    save_key_in_use,
)

OVERLAP = timedelta(hours=24)
_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """`secret` as receivers configure it: `whsec_<base64 of the key>`. `version` counts rotations; `former_until` is until when
    messages are signed with the former key too, None when they are not any more."""

    secret: str
    version: int
    rotated_at: datetime | None
    former_until: datetime | None


def webhook_secret(tenant: Tenant, *, now: datetime) -> WebhookSecret:
    """The secret in use. 1 request unit."""
    return _shown(tenant, read_key_in_use(tenant), now)


def rotate_webhook_secret(tenant: Tenant, *, now: datetime, version: int | None = None) -> WebhookSecret:
    """Go over to a new secret. Raises StaleError when `version` is not the current one or somebody else was faster."""
    before = read_key_in_use(tenant)
    if version not in {None, before.number}:
        raise StaleError
    after = KeyInUse(before.number + 1, now)
    tx = Transaction(tenant)
    save_key_in_use(tx, after.number, now)
    tx.emit(
        MessagingSettingsChanged(fields=["webhook_secret"]),
        Subject("messaging", tenant.partition("MSG")),
        at=now,
    )
    tx.commit()
    forget_key_in_use(tenant)
    return _shown(tenant, after, now)


def signatures(tenant: Tenant, identifier: str, moment: str, body: bytes, now: datetime) -> str:
    """What `webhook-signature` says: one signature for each key that holds, the current one's first."""
    used = key_in_use(tenant)
    signed = f"{identifier}.{moment}.".encode() + body
    numbers = [used.number, used.number - 1] if _former_until(used, now) else [used.number]
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(_key(tenant, one), signed, hashlib.sha256)).decode()
        for one in numbers
    )


def _former_until(used: KeyInUse, now: datetime) -> datetime | None:
    until = used.rotated_at + OVERLAP if used.rotated_at else None
    return until if until and until > now else None


def _shown(tenant: Tenant, used: KeyInUse, now: datetime) -> WebhookSecret:
    secret = _PREFIX + base64.b64encode(_key(tenant, used.number)).decode()
    return WebhookSecret(secret, used.number, used.rotated_at, _former_until(used, now))


def _key(tenant: Tenant, number: int) -> bytes:
    turned = f"/{number}" if number else ""
    return derived_key(f"regulars/webhook/v1/{tenant.id}{turned}")
