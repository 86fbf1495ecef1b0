"""What campaigns read of messages: their deliveries by state, the hours and links of their dispatches, where templates speak."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel, choose_language
from regulars.messaging.tally_store import rows_of, sums
from regulars.platform import settings_of

# What each link was clicked, and how often each measure came about in each hour.
_HOUR, _LINK = "HOUR#", "LINK#"


def dispatch_hours(tenant: Tenant, dispatch_id: str) -> dict[datetime, Counter[str]]:
    """The sums of each hour (UTC) of a dispatch. 0.5 request units per 4 KB."""
    return {
        datetime.strptime(name, "%Y%m%d%H").replace(tzinfo=UTC): row
        for name, row in _rows(tenant, dispatch_id, _HOUR)
    }


def dispatch_links(tenant: Tenant, dispatch_id: str) -> dict[str, Counter[str]]:
    """The sums of each link of a dispatch, by its number. 0.5 request units per 4 KB."""
    return dict(_rows(tenant, dispatch_id, _LINK))


def _rows(tenant: Tenant, dispatch_id: str, prefix: str) -> Iterator[tuple[str, Counter[str]]]:
    found: dict[str, Counter[str]] = {}
    for raw in rows_of(tenant.partition("DSP", dispatch_id), prefix):
        name = raw["sk"]["S"].removeprefix(prefix).partition("#")[0]
        found.setdefault(name, Counter()).update(sums([raw]))
    return iter(sorted(found.items()))


def template_channels(tenant: Tenant, key: str) -> frozenset[Channel]:
    """The channels that a published template has content for. Raises NotFoundError."""
    from regulars.messaging.templates import compiled

    return frozenset(compiled(tenant, key).channels)


def link_urls(tenant: Tenant, key: str, channel: Channel) -> tuple[str, ...]:
    """Where the links of a template's published content lead, by number, in the shop's language; empty where each delivery has
    its own, and without such content."""
    from regulars.messaging.templates import compiled

    try:
        template = compiled(tenant, key)
        languages = frozenset(template.languages(channel))
        if not languages:
            return ()
        language = choose_language("", settings_of(tenant).default_language, languages)
        return tuple(template.content(channel, language).static_links)
    except NotFoundError:
        return ()
