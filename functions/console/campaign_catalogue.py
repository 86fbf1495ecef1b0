"""What the composer lets choose among: segments, channels with what they cost, categories, customers to preview for."""

from dataclasses import dataclass

from console.campaign_texts import CHANNELS
from console.formats import money, number
from console.people import name_of
from console.shell import Shop
from console.web import Request
from regulars import segments as catalogue
from regulars.customers import Filter, list_customers
from regulars.kernel.money import exponent
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel, MessagingSettings

# Channels a campaign can be made for in the composer; a wallet's update is no message of its own.
OFFERED = (Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.IN_APP, Channel.WEBHOOK)
_PEOPLE = 8
_MILLION = 1_000_000


@dataclass(frozen=True)
class Option:
    id: str
    name: str
    size: str = ""


@dataclass(frozen=True)
class ChannelOption:
    key: str
    label: str
    icon: str
    cost: str


def segment_options(request: Request) -> list[Option]:
    """All segments by name, with how many are in them."""
    found = catalogue.list_segments(request.tenant, request.call.now)
    sizes = catalogue.sizes(request.tenant, [one.id for one in found])
    by_name = sorted(found, key=lambda one: one.name.casefold())
    return [Option(one.id, one.name, number(sizes.get(one.id, 0))) for one in by_name]


def channel_options(settings: MessagingSettings, shop: Shop) -> list[ChannelOption]:
    """The channels with what a thousand messages cost."""
    return [
        ChannelOption(
            one.value, CHANNELS[one].label, CHANNELS[one].icon, thousand_cost(settings, one, shop.currency)
        )
        for one in OFFERED
    ]


def thousand_cost(settings: MessagingSettings, channel: Channel, currency: str) -> str:
    """`£0.10 a thousand`."""
    millionths = settings.costs.get(channel, 0)
    if not millionths:
        return "Free"
    minor = round(millionths * 1000 * int(10 ** exponent(currency)) / _MILLION)
    return f"{money(minor, currency)} a thousand" if minor else "Nearly free"


def category_options(settings: MessagingSettings, language: str = "en") -> list[tuple[str, str]]:
    """The categories of marketing, by their names."""
    return [
        (one.key, one.name.get(language) or next(iter(one.name.values()), one.key))
        for one in settings.categories
        if not one.transactional
    ]


def preview_people(request: Request) -> list[Option]:
    """A few customers to see the message for: those who spent most."""
    if not request.may(Permission.CUSTOMERS_READ):
        return []
    found = list_customers(request.tenant, Filter(), sort="-spent", limit=_PEOPLE)
    return [Option(one.customer_id, name_of(one)) for one in found.items]
