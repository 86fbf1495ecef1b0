"""API keys: `rk_<ulid>_<secret>` (PLT-2). Only the SHA-256 of a key is stored: its 240 random bits need no slow hash."""

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.http.caller import Caller
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page, page_of
from regulars.kernel.permissions import Permission
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform.access_model import ApiKey, grantable
from regulars.platform.events import ApiKeyCreated, ApiKeyRevoked, about
from regulars.platform.key_store import KEYS, KeyItem, KeyLookupItem, key_place
from regulars.platform.store import page_in_tenant

_FORM = re.compile(r"rk_[0-9A-HJKMNP-TV-Z]{26}_[A-Z2-7]{48}\Z")
# How long a revoked key stays in the list.
_KEPT = timedelta(days=90)


def create_key(
    tenant: Tenant,
    maker: Caller,
    label: str,
    scopes: Iterable[Permission],
    *,
    now: datetime,
    valid_until: datetime | None = None,
    once: Once | None = None,
) -> ApiKey:
    """Make a key with a part of its maker's permissions. Its text is in this answer and nowhere else ever after: a request
    repeated with its Idempotency-Key gets the same record without it.

    Raises ForbiddenError for a permission the maker lacks, InvalidError for one no key can have or a moment that is past.
    """
    if valid_until is not None and valid_until <= now:
        raise InvalidError.of("/valid_until", "lies in the past")
    key_id = new_id("key", now)
    text = f"rk_{key_id.removeprefix('key_')}_{base64.b32encode(os.urandom(30)).decode()}"
    by = f"{maker.kind}:{maker.id}"
    key = ApiKey(key_id, label, grantable(scopes, maker.permissions), now, by, valid_until)
    transaction = Transaction(tenant)
    transaction.create(KeyItem.of(tenant, key, hash_of(text)))
    transaction.create(KeyLookupItem.of(tenant, key_id, hash_of(text)))
    transaction.remember(once, key)
    created = ApiKeyCreated(key_id=key_id, scopes=[scope.value for scope in key.scopes])
    transaction.emit(created, about(tenant, key_id), at=now)
    transaction.commit()
    return replace(key, key=text)


def list_keys(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[ApiKey]:
    """All keys in order of creation; revoked ones for 90 days."""
    return page_of(page_in_tenant(KeyItem, tenant, KEYS, limit, cursor), KeyItem.key)


def revoke_key(tenant: Tenant, key_id: str, *, now: datetime) -> None:
    """Refuse the key from now on; again is no error. Raises NotFoundError."""
    item = KeyItem.read(*key_place(tenant, key_id), consistent=True)
    if item is None:
        raise NotFoundError
    if item.revoked_at:
        return
    forgotten = int((now + _KEPT).timestamp())
    transaction = Transaction(tenant)
    transaction.update(
        item,
        [KeyItem.revoked_at.set(now), KeyItem.expires_at.set(forgotten)],
        KeyItem.pk.exists(),
    )
    lookup = KeyLookupItem.of(tenant, key_id, item.hash)
    transaction.update(lookup, [KeyLookupItem.expires_at.set(forgotten)], KeyLookupItem.pk.exists())
    transaction.emit(ApiKeyRevoked(key_id=key_id), about(tenant, key_id), at=now)
    transaction.commit()


def has_form(text: str) -> bool:
    """Whether `text` could be a key at all; what could not is refused without a read."""
    return _FORM.match(text) is not None


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
