"""What home says of campaigns: those that go out or wait for somebody, and those that come next."""

from dataclasses import dataclass
from datetime import timedelta

from console.campaign_rates import Sums
from console.campaign_texts import PATH, moment_text, state_badge
from console.shell import shop_of
from console.tables import Badge
from console.web import Request
from regulars import campaigns
from regulars.campaigns import Campaign, Status
from regulars.kernel.permissions import Permission

_AHEAD = timedelta(days=14)
_MOST = 6
_UNDER_WAY = (Status.NEEDS_APPROVAL, Status.SENDING, Status.PAUSED)


@dataclass(frozen=True)
class Item:
    """A campaign on the home page; `percent` while it goes out."""

    name: str
    href: str
    text: str
    badge: Badge
    percent: float | None = None


def running_and_next(request: Request) -> list[Item]:
    """Those under way first, then those of the next two weeks; empty for who may not see campaigns."""
    if not request.may(Permission.CAMPAIGNS_READ):
        return []
    page = campaigns.list_campaigns(request.tenant, limit=100)
    under_way = [one for status in _UNDER_WAY for one in page.items if one.status is status]
    return [*_going(request, under_way[:_MOST]), *_coming(request)][:_MOST]


def _going(request: Request, found: list[Campaign]) -> list[Item]:
    totals = campaigns.campaign_totals(request.tenant, found) if found else {}
    items = []
    for one in found:
        sums = Sums.of(totals.get(one.id, {}), one.run.planned if one.run else 0)
        text = f"{sums.handled:,} of {sums.planned:,}" if sums.planned else one.note
        percent = sums.percent if one.status is Status.SENDING and sums.planned else None
        items.append(Item(one.name, f"{PATH}/{one.id}", text, state_badge(one), percent))
    return items


def _coming(request: Request) -> list[Item]:
    now, zone = request.call.now, shop_of(request).zone
    found = campaigns.campaign_calendar(request.tenant, now, now + _AHEAD)
    coming = [one for one in found if one.kind == "due" and one.status is Status.SCHEDULED]
    return [
        Item(one.name, f"{PATH}/{one.campaign_id}", moment_text(one.at, zone), Badge("Scheduled", "info"))
        for one in coming
    ]
