"""Templates: the list of the tenant's own, and the library to copy from."""

from collections.abc import Callable
from typing import Any

from console.content_views import MAIL_POLICY
from console.lists import Listing, partial
from console.routing import Pages
from console.shell import Crumb, show
from console.standing import standing_of
from console.tables import Badge, Badges, Cell, Column, Text, Thumb, Titled, When
from console.template_texts import (
    CHANNELS,
    PATH,
    categories,
    category_name,
    channel_icon,
    channel_name,
    language_name,
)
from console.template_views import picture_of
from console.web import Reply, Request, flash_cookie, redirect
from regulars import messaging
from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import MessagingSettings, Template

PAGES = Pages()
_ROWS = 25
_MOST = 500
_FILTERS = ("q", "channel", "category", "status", "sort")
STATUSES = (
    ("published", "Published"),
    ("draft", "Never published"),
    ("changed", "Changed since"),
    ("archived", "Archived"),
)
_STATUS_TONES = {"published": "good", "changed": "info", "draft": "", "archived": ""}
SHOWN_LANGUAGES = ("en", "de", "pl")


@PAGES.get(PATH, permission=Permission.MESSAGES_READ)
def templates(request: Request) -> Reply:
    settings = messaging.messaging_settings(request.tenant)
    archived = request.query.get("status") == "archived"
    found = all_templates(request, archived)
    wanted = _sorted(request, [one for one in found if _admitted(request, one)])
    listing = _listing(settings)
    if request.query.get("format") == "csv":
        return listing.csv_reply(lambda cursor: Page(wanted))
    start = _start(request.query.get("cursor", ""))
    after = str(start + _ROWS) if len(wanted) > start + _ROWS else None
    query = {name: request.query.get(name, "") for name in _FILTERS}
    values: dict[str, Any] = {
        "table": listing.table(Page(wanted[start : start + _ROWS], after), query, len(wanted)),
        "query": query,
        "channels": [(key, name) for key, name, _ in CHANNELS],
        "categories": categories(settings),
        "statuses": STATUSES,
        "nothing": not found and not archived,
        "standing": standing_of(request),
    }
    return partial(request, "pages/templates_area.html", **values) or show(
        request, "pages/templates.html", title="Templates", **values
    )


def all_templates(request: Request, archived: bool = False) -> list[Template]:
    """Every template of the tenant, up to 500; without their drafts."""
    found: list[Template] = []
    cursor: str | None = None
    while len(found) < _MOST:
        page = messaging.list_templates(request.tenant, archived=archived, limit=100, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def _start(cursor: str) -> int:
    return int(cursor) if cursor.isdecimal() and len(cursor) < 6 else 0


def status_of(template: Template) -> str:
    if template.archived:
        return "archived"
    if not template.published:
        return "draft"
    return "changed" if template.changed else "published"


def status_badge(template: Template) -> Badge:
    status = status_of(template)
    return Badge(dict(STATUSES)[status], _STATUS_TONES[status])


def _admitted(request: Request, template: Template) -> bool:
    query = request.query
    return (
        query.get("q", "").strip().casefold() in f"{template.name} {template.key}".casefold()
        and query.get("channel", "") in {"", *(str(one) for one in template.channels)}
        and query.get("category", "") in {"", template.category}
        and query.get("status", "") in {"", status_of(template)}
    )


def _sorted(request: Request, found: list[Template]) -> list[Template]:
    """Changed last comes first unless asked otherwise."""
    wanted = request.query.get("sort", "") or "-changed"
    keys: dict[str, Callable[[Template], Any]] = {
        "name": lambda one: one.name.casefold(),
        "category": lambda one: (one.category, one.name.casefold()),
        "changed": lambda one: one.updated_at,
    }
    by = keys.get(wanted.removeprefix("-"), keys["changed"])
    return sorted(found, key=by, reverse=wanted.startswith("-"))


def _listing(settings: MessagingSettings) -> Listing[Template]:
    def name(one: Template) -> Cell:
        return Titled(one.name, f"{PATH}/{one.id}", one.key)

    columns = (
        Column[Template]("id", "Id", lambda one: Text(one.id), unseen=True),
        Column[Template]("name", "Template", name, sort="name"),
        Column[Template]("picture", "", _picture, minor=True),
        Column[Template](
            "channels", "Channels", lambda one: Text(", ".join(map(channel_name, one.channels)))
        ),
        Column[Template](
            "languages",
            "Languages",
            lambda one: Text(", ".join(map(language_name, one.languages))),
            minor=True,
        ),
        Column[Template](
            "category",
            "Category",
            lambda one: Text(category_name(settings, one.category)),
            sort="category",
            minor=True,
        ),
        Column[Template]("status", "Status", lambda one: Badges((status_badge(one),))),
        Column[Template](
            "updated", "Changed", lambda one: When(one.updated_at), sort="changed", end=True, minor=True
        ),
    )
    return Listing(
        "templates",
        "Templates",
        PATH,
        columns,
        lambda one: one.id,
        lambda one: one.name,
        lambda one: f"{PATH}/{one.id}",
        "templates",
    )


def _picture(one: Template) -> Thumb:
    mail = "email" in one.channels
    icon = channel_icon(one.channels[0]) if one.channels else "layout-template"
    return Thumb(f"{PATH}/{one.id}/picture" if mail else "", icon, f"{one.name} as a mail")


@PAGES.get(f"{PATH}/library", permission=Permission.MESSAGES_READ)
def library(request: Request) -> Reply:
    settings = messaging.messaging_settings(request.tenant)
    words, category = request.query.get("q", "").strip().casefold(), request.query.get("category", "")
    entries = messaging.template_library()
    shown = [
        one
        for one in entries
        if words in f"{one.name} {one.description}".casefold() and category in {"", one.category}
    ]
    language = request.query.get("language", "")
    language = language if language in SHOWN_LANGUAGES else SHOWN_LANGUAGES[0]
    return show(
        request,
        "pages/template_library.html",
        title="Library",
        crumbs=(Crumb("Templates", PATH), Crumb("Library")),
        entries=[
            {
                "key": one.key,
                "name": one.name,
                "text": one.description,
                "category": category_name(settings, one.category),
                "channels": [(channel_name(channel), channel_icon(channel)) for channel in one.channels],
            }
            for one in shown
        ],
        query={"q": request.query.get("q", ""), "category": category},
        categories=[pair for pair in categories(settings) if pair[0] in {one.category for one in entries}],
        languages=[(tag, language_name(tag)) for tag in SHOWN_LANGUAGES],
        language=language,
    )


@PAGES.get(f"{PATH}/library/{{key}}/picture", permission=Permission.MESSAGES_READ)
def library_picture(request: Request) -> Reply:
    """What a template of the library looks like, for a frame."""
    key = request.params["key"]
    category = next((one.category for one in messaging.template_library() if one.key == key), "")
    query = request.query
    source = messaging.library_source(key)
    html = picture_of(request, source, category, query.get("language", "en"), query.get("channel", ""))
    return Reply(200, html, {"content-security-policy": MAIL_POLICY})


@PAGES.post(f"{PATH}/library/{{key}}", permission=Permission.MESSAGES_WRITE)
def adopt(request: Request) -> Reply:
    made = messaging.adopt_template(
        request.tenant, request.params["key"], now=request.call.now, by=f"staff:{request.caller.id}"
    )
    return redirect(f"{PATH}/{made.id}", cookies=(flash_cookie(f"“{made.name}” is now yours to change"),))


@PAGES.get(f"{PATH}/{{template_id}}/picture", permission=Permission.MESSAGES_READ)
def picture(request: Request) -> Reply:
    """What the draft looks like, for a frame."""
    query = request.query
    found = messaging.get_template(request.tenant, request.params["template_id"])
    if found.draft is None:
        raise NotFoundError
    html = picture_of(
        request, found.draft, found.category, query.get("language", ""), query.get("channel", "")
    )
    return Reply(200, html, {"content-security-policy": MAIL_POLICY})
