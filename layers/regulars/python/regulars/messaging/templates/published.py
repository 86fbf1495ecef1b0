"""The templates that can be sent, by their keys: a tenant's own, or else the library's."""

import time
from collections import OrderedDict

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.library import library_compiled
from regulars.messaging.templates.rendering import Compiled
from regulars.messaging.templates.store import read_key_of
from regulars.messaging.templates.version_store import KeyPlace, read_key, read_version

# How long another version may stay unnoticed by a warm process.
_LOOKED_UP_SECONDS = 15.0
_KEPT = 300
_keys: dict[tuple[str, str], tuple[float, KeyPlace | None]] = {}
_versions: OrderedDict[tuple[str, str, int], Compiled] = OrderedDict()


def compiled(tenant: Tenant, key: str, version: int = 0) -> Compiled:
    """A version of a template, by its key or id; 0 is the published one, known for up to 15 seconds in a warm process. Raises
    NotFoundError without such a template or version, and when nothing is published.

    1.5 request units when it is not remembered, and 0.5 for each further 4 KB.
    """
    if version < 0:
        return library_compiled(key)
    place = _place_of(tenant, key)
    if place is None or (not version and (place.archived or not place.published)):
        # A draft that is to take the place of the library's does so when it is published.
        return library_compiled(key)
    return _version(tenant, place, version or place.published)


def _place_of(tenant: Tenant, key: str) -> KeyPlace | None:
    remembered = _keys.get((tenant.id, key))
    if remembered is not None and remembered[0] > time.monotonic():
        return remembered[1]
    if len(_keys) > 2000:
        _keys.clear()
    found = read_key_of(tenant, key) if key.startswith("tpl_") else read_key(tenant, key)
    _keys[tenant.id, key] = time.monotonic() + _LOOKED_UP_SECONDS, found
    return found


def _version(tenant: Tenant, place: KeyPlace, number: int) -> Compiled:
    at = (tenant.id, place.template_id, number)
    made = _versions.get(at)
    if made is None:
        made = read_version(tenant, place.template_id, number)
        if made is None:
            raise NotFoundError("there is no such version of the template")
        _versions[at] = made
        while len(_versions) > _KEPT:
            _versions.popitem(last=False)
    else:
        _versions.move_to_end(at)
    return made


def forget_templates() -> None:
    """Read anew at the next use: after a change in this process, and in tests."""
    _keys.clear()
    _versions.clear()
