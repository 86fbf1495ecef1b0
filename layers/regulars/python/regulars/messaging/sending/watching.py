"""Watches over the tenant's name with mailbox providers: too many bounces or complaints pause its marketing."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Message
from regulars.messaging.sending.people import Shop
from regulars.messaging.standing_store import pause_if_unwanted, paused_why

# Asked before up to so many customers get a message for the first time. It may pause what the message belongs to: the claim then
# finds its gate shut.
Watch = Callable[[Tenant, Message, int, datetime], None]
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


def unwatched(tenant: Tenant, message: Message, count: int, now: datetime) -> None:
    """For messages that nobody has to be asked about."""


def forget_looks() -> None:
    """Look again at the next use (tests)."""
    _looked.clear()
