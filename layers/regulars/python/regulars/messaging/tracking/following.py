"""Where a link of a message leads: looked up in the template's version and in the delivery, never taken from the request."""

import re
from dataclasses import dataclass
from functools import lru_cache

from regulars.kernel.errors import NotFoundError
from regulars.kernel.links import read_link
from regulars.kernel.short_links import read_short_link
from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.dispatch_store import read_dispatch
from regulars.messaging.model import Delivery
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.tracking.links import PURPOSE
from regulars.messaging.tracking.utm import redirectable, with_utm

_LINK = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?\Z")


@dataclass(frozen=True, slots=True)
class Followed:
    """A link of a delivery and the page that it is about."""

    tenant: Tenant
    delivery: Delivery
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class Target:
    """A delivery as a reference names it."""

    tenant: Tenant
    customer_id: str
    delivery_id: str


def target_of(reference: str) -> Target | None:
    """Which delivery a reference of ours names; None for any other text."""
    read = read_link(PURPOSE, reference)
    if read is None or len(read[1]) != 2:
        return None
    tenant, (customer, delivery) = read
    return Target(tenant, f"cus_{customer}", f"dlv_{delivery}")


def follow(reference: str, link: str) -> Followed | None:
    """What a tracked link leads to, None if there is no such link of ours. 1 request unit, and what the version's links cost
    when they are first asked for."""
    target = target_of(reference)
    return _followed(target, link) if target else None


def follow_short(code: str) -> Followed | None:
    """The same of a short link: half a request unit more."""
    short = read_short_link(code)
    if short is None or len(short.names) != 3:
        return None
    customer_id, delivery_id, link = short.names
    return _followed(Target(short.tenant, customer_id, delivery_id), link)


def _followed(target: Target, link: str) -> Followed | None:
    if not _LINK.match(link):
        return None
    delivery = read_delivery(target.tenant, target.customer_id, target.delivery_id)
    if delivery is None:
        return None
    url = redirectable(destination(target.tenant, delivery, link))
    return Followed(target.tenant, delivery, link, url) if url else None


def destination(tenant: Tenant, delivery: Delivery, link: str) -> str:
    """The address behind a link of a delivery, "" if there is none."""
    if link in delivery.links:
        return delivery.links[link]
    links = static_links_of(tenant, delivery) if link.isdigit() else ()
    return links[int(link)] if links and int(link) < len(links) else ""


def static_links_of(tenant: Tenant, delivery: Delivery) -> tuple[str, ...]:
    """The destinations that the version of a delivery's template has; "" where a delivery has its own."""
    from regulars.messaging.templates.links_store import static_links

    try:
        return static_links(tenant, delivery.template, delivery.version, delivery.channel, delivery.language)
    except NotFoundError:
        return ()


def address_of(followed: Followed) -> str:
    """Where the browser goes: the page, with UTM parameters if the tenant wants them."""
    delivery = followed.delivery
    if not messaging_settings(followed.tenant).utm:
        return followed.url
    own = {"source": "regulars", "medium": delivery.channel.value, "campaign": delivery.template}
    told = _told(followed.tenant, delivery.dispatch_id)
    return with_utm(followed.url, {**own, **told, "content": delivery.variant})


@lru_cache(maxsize=2000)
def _told(tenant: Tenant, dispatch_id: str) -> dict[str, str]:
    """What a dispatch has its links say, which never changes."""
    if not dispatch_id:
        return {}
    try:
        dispatch = read_dispatch(tenant, dispatch_id, consistent=False)
    except NotFoundError:
        return {}
    told = {"campaign": dispatch.name, **dispatch.utm}
    return {name: value for name, value in told.items() if value}
