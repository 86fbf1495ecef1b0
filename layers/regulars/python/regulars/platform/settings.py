"""A tenant's settings: what every other capability asks of this one, and therefore cheap to import."""

import time

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.platform.model import TenantSettings
from regulars.platform.store import TenantItem

_CACHED_SECONDS = 30.0
_cache: dict[str, tuple[float, TenantSettings]] = {}


def get_tenant(tenant: Tenant) -> TenantSettings:
    """A tenant as it is now. Raises NotFoundError."""
    return read(tenant).settings()


def settings_of(tenant: Tenant) -> TenantSettings:
    """The tenant's settings, up to 30 seconds old in a warm process (0.5 request units otherwise). Raises NotFoundError."""
    cached = _cache.get(tenant.id)
    if cached is not None and cached[0] > time.monotonic():
        return cached[1]
    item = TenantItem.find(tenant)
    if item is None:
        raise NotFoundError("there is no such tenant")
    return remember(item.settings())


def read(tenant: Tenant) -> TenantItem:
    """The tenant's item as it is now. Raises NotFoundError."""
    item = TenantItem.find(tenant, consistent=True)
    if item is None:
        raise NotFoundError("there is no such tenant")
    return item


def remember(settings: TenantSettings) -> TenantSettings:
    """Have `settings_of` answer these from now on."""
    if len(_cache) > 1000:
        _cache.clear()
    _cache[settings.id] = (time.monotonic() + _CACHED_SECONDS, settings)
    return settings
