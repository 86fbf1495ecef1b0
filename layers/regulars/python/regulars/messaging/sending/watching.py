"""Watches over the tenant's name with mailbox providers: too many bounces or complaints pause its marketing."""

import time
from dataclasses import replace
from datetime import datetime

from regulars.kernel.logs import logger
from regulars.messaging.sending.people import Shop
from regulars.messaging.standing_store import pause_if_unwanted, paused_why

_EVERY_SECONDS = 60.0
_looked: dict[str, float] = {}
_log = logger("messaging.sending")


def watched(shop: Shop, now: datetime) -> Shop:
    """The shop, with its marketing paused when the last day's figures ask for it: looked at once a minute in a process."""
    if shop.paused or _looked.get(shop.tenant.id, 0.0) > time.monotonic():
        return shop
    if len(_looked) > 1000:
        _looked.clear()
    _looked[shop.tenant.id] = time.monotonic() + _EVERY_SECONDS
    if not pause_if_unwanted(shop.tenant, shop.profile.time_zone, now):
        return shop
    _log.warning("marketing is paused: too much of it is unwanted")
    return replace(shop, paused=paused_why(shop.tenant))


def forget_looks() -> None:
    """Look again at the next use (tests)."""
    _looked.clear()
