"""Where the links of a version lead: read by who redirects, without loading what renders."""

from functools import lru_cache

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.templates.version_store import read_key, read_links


def static_links(tenant: Tenant, key: str, version: int, channel: Channel, language: str) -> tuple[str, ...]:
    """The destinations by number, empty where a delivery has its own; of the library there are none. 1 request unit the first
    time: versions never change. Raises NotFoundError."""
    if version < 1:
        return ()
    return _static_links(tenant, key, version, channel.value, language)


@lru_cache(maxsize=2000)
def _static_links(tenant: Tenant, key: str, version: int, channel: str, language: str) -> tuple[str, ...]:
    template_id = key if key.startswith("tpl_") else _id_of(tenant, key)
    return tuple(read_links(tenant, template_id, version).get(channel, {}).get(language, ()))


def _id_of(tenant: Tenant, key: str) -> str:
    place = read_key(tenant, key)
    if place is None:
        raise NotFoundError(f"there is no template {key[:80]!r}")
    return place.template_id
