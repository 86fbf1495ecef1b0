"""Templates as the composer offers them: the shop's own that are published, and those of the library."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from console.campaign_texts import CHANNELS, PATH
from console.web import Request
from regulars import messaging
from regulars.kernel.errors import NotFoundError
from regulars.messaging import Channel, messaging_settings

if TYPE_CHECKING:
    from regulars.messaging import LibraryEntry, Template, TemplateSource

_MOST = 200
_PAGE = 100
# What most shops send first: the templates of the library from which an empty list lets one begin.
STARTS = (
    ("new_offer", "New offer", "tag", "An offer to those who like such things."),
    ("reengage_30", "We miss you", "heart", "To who has not been seen for a month."),
    ("welcome_1", "Welcome", "mail-open", "The first mail to who is new."),
)


@dataclass(frozen=True)
class TemplateOption:
    """`search` is what the picker looks in; `thumbnail` the address of a small rendering, of mails only; `id` of own ones."""

    key: str
    name: str
    words: str
    search: str
    icon: str
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    thumbnail: str = ""
    href: str = ""
    id: str = ""


@dataclass(frozen=True)
class Start:
    key: str
    name: str
    icon: str
    text: str
    channels: tuple[str, ...]


def template_options(request: Request) -> list[TemplateOption]:
    """Own ones first, then the library's for marketing that the shop has not replaced by its own."""
    own = [one for one in _own(request) if one.published]
    settings = messaging_settings(request.tenant)
    marketing = {one.key for one in settings.categories if not one.transactional}
    taken = {one.key for one in own}
    library = [
        one for one in messaging.template_library() if one.key not in taken and one.category in marketing
    ]
    return [*(_of_own(one) for one in own), *(_of_library(one) for one in library)]


def _own(request: Request) -> "list[Template]":
    found: list[Template] = []
    cursor: str | None = None
    while len(found) < _MOST:
        page = messaging.list_templates(request.tenant, limit=_PAGE, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def _of_own(one: "Template") -> TemplateOption:
    href = f"/console/templates/{one.id}"
    return _option(one.key, one.name, one.category, one.channels, one.languages, href, one.id)


def _of_library(one: "LibraryEntry") -> TemplateOption:
    return _option(one.key, one.name, f"library, {one.category}", one.channels, one.languages)


def _option(
    key: str,
    name: str,
    category: str,
    channels: Iterable[str],
    languages: Iterable[str],
    href: str = "",
    own: str = "",
) -> TemplateOption:
    kinds = sorted(Channel(one) for one in channels)
    words = ", ".join(CHANNELS[one].label for one in kinds)
    told = " · ".join(part for part in (category.replace("_", " "), words) if part)
    return TemplateOption(
        key,
        name,
        told,
        f"{name} {category} {key} {words}".casefold(),
        CHANNELS[kinds[0]].icon if kinds else "layout-template",
        tuple(one.value for one in kinds),
        tuple(sorted(languages)),
        f"{PATH}/thumbnails/{quote(own or key, safe='')}" if Channel.EMAIL in kinds else "",
        href,
        own,
    )


def starting_points() -> list[Start]:
    """Three templates of the library to begin a first campaign from."""
    known = {one.key: one for one in messaging.template_library()}
    return [
        Start(key, name, icon, text, tuple(str(one) for one in known[key].channels))
        for key, name, icon, text in STARTS
        if key in known
    ]


def source_of(request: Request, key: str) -> "tuple[TemplateSource, str]":
    """The source of what a key (or the id of an own template) stands for now, and its category. Raises NotFoundError."""
    own = messaging.get_template(request.tenant, key) if key.startswith("tpl_") else _by_key(request, key)
    if own is not None and own.published:
        version = messaging.template_version(request.tenant, own.id, own.published)
        if version.source is not None:
            return version.source, own.category
    for entry in messaging.template_library():
        if entry.key == key:
            return messaging.library_source(key), entry.category
    raise NotFoundError("there is no such template")


def _by_key(request: Request, key: str) -> "Template | None":
    return next((one for one in _own(request) if one.key == key), None)
