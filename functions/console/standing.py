"""Whether marketing is paused for the whole shop: the notice that stands over every page about messages until it is not."""

from dataclasses import dataclass
from datetime import datetime

from console.shell import shop_of
from console.web import Request
from regulars.kernel.permissions import Permission
from regulars.messaging import standing_store

_WHY = {
    "bounces": "Too much of the last day's mail bounced",
    "complaints": "Too many people marked mail of the last day as unwanted",
}


@dataclass(frozen=True)
class Standing:
    """`why` is a sentence, `figures` what it rests on when it paused by itself."""

    why: str
    figures: str
    since: datetime | None
    may_resume: bool


def standing_of(request: Request) -> Standing | None:
    """None while marketing goes out as it should."""
    if not standing_store.paused_why(request.tenant):
        return None
    found = standing_store.standing_of(request.tenant, shop_of(request).zone.key, request.call.now)
    figures = (
        f"{found.bounced:,} bounces and {found.complained:,} complaints of {found.sent:,} mails in 24 hours."
    )
    by_itself = found.reason in _WHY
    why = _WHY.get(found.reason, found.reason or "By a member of staff").rstrip(".") + "."
    return Standing(why, figures if by_itself else "", found.since, request.may(Permission.MESSAGES_WRITE))
