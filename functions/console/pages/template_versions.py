"""Publishing a template, its versions and what differs between them; copies and the archive."""

from collections.abc import Mapping
from typing import Any

from console.pages.template import header_of
from console.routing import Pages
from console.shell import Crumb, part, show
from console.template_source import changes, plain
from console.template_texts import PATH
from console.template_views import elsewhere
from console.web import Reply, Request, flash_cookie, redirect
from regulars import messaging
from regulars.kernel.errors import NotFoundError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.messaging import Template, TemplateVersion
from regulars.platform import list_staff

PAGES = Pages()
_ONE = f"{PATH}/{{template_id}}"


@PAGES.get(f"{_ONE}/publish", permission=Permission.MESSAGES_WRITE)
def asked(request: Request) -> Reply:
    """What would be published, for the dialog: the texts that differ from what is sent now, and what speaks against it."""
    found = messaging.get_template(request.tenant, request.params["template_id"])
    if found.draft is None:
        raise NotFoundError
    findings = messaging.check_template(request.tenant, found.draft, found.category)
    return part(
        request,
        "pages/template_publish.html",
        head=header_of(found),
        outdated=messaging.outdated_partials(request.tenant, found),
        changes=_summary(changes(_sent(request, found), plain(found.draft))),
        faults=[_told(one) for one in findings if one.level == "fault"],
        warnings=[_told(one) for one in findings if one.level != "fault"],
    )


def _sent(request: Request, found: Template) -> Mapping[str, Any]:
    if not found.published:
        return {"contents": {}}
    return plain(messaging.template_version(request.tenant, found.id, found.published).source)


def _summary(found: list[Any]) -> list[dict[str, Any]]:
    return [{"where": one.where, "added": one.added, "removed": one.removed} for one in found]


def _told(finding: Any) -> str:
    return f"{elsewhere(finding.pointer)}: {finding.detail}"


@PAGES.post(f"{_ONE}/publish", permission=Permission.MESSAGES_WRITE)
def publish(request: Request) -> Reply:
    template_id = request.params["template_id"]
    version = request.form.get("version", "")
    try:
        made = messaging.publish_template(
            request.tenant,
            template_id,
            now=request.call.now,
            version=int(version) if version.isdecimal() else None,
            note=request.form.get("note", "").strip(),
            by=f"staff:{request.caller.id}",
        )
    except RegularsError as error:
        told = (
            "; ".join(f"{elsewhere(one.pointer)}: {one.detail}" for one in error.faults[:3]) or error.detail
        )
        return redirect(f"{PATH}/{template_id}", cookies=(flash_cookie(f"Not published. {told}", bad=True),))
    return redirect(
        f"{PATH}/{made.id}", cookies=(flash_cookie(f"Version {made.published} is sent from now on"),)
    )


@PAGES.get(f"{_ONE}/versions", permission=Permission.MESSAGES_READ)
def versions(request: Request) -> Reply:
    """All versions; the one in the address is compared with the one before it, or with the draft."""
    found = messaging.get_template(request.tenant, request.params["template_id"])
    known = sorted(messaging.template_versions(request.tenant, found.id), key=lambda one: -one.number)
    names = _names(request)
    wanted = request.query.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0
    return show(
        request,
        "pages/template_versions.html",
        title=f"Versions of {found.name}",
        crumbs=(Crumb("Templates", PATH), Crumb(found.name, f"{PATH}/{found.id}"), Crumb("Versions")),
        head=header_of(found),
        versions=[_row(one, found, names) for one in known],
        number=number,
        changes=_compared(request, found, known, number),
        against=_against(number, known),
    )


def _row(one: TemplateVersion, found: Template, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": one.at,
        "by": names.get(one.by.removeprefix("staff:"), ""),
        "note": one.note,
        "sent": one.number == found.published,
    }


def _names(request: Request) -> dict[str, str]:
    if not request.may(Permission.STAFF_READ):
        return {}
    return {one.id: one.name for one in list_staff(request.tenant).items}


def _against(number: int, known: list[TemplateVersion]) -> str:
    if not known:
        return ""
    if not number:
        return f"The draft against version {known[0].number}"
    return f"Version {number} against {number - 1}" if number > 1 else "Version 1, the first"


def _compared(request: Request, found: Template, known: list[TemplateVersion], number: int) -> list[Any]:
    if not known:
        return []
    if not number:
        return changes(_source(request, found.id, known[0].number), plain(found.draft))
    before = _source(request, found.id, number - 1) if number > 1 else {"contents": {}}
    return changes(before, _source(request, found.id, number))


def _source(request: Request, template_id: str, number: int) -> Mapping[str, Any]:
    return plain(messaging.template_version(request.tenant, template_id, number).source)


@PAGES.post(f"{_ONE}/restore", permission=Permission.MESSAGES_WRITE)
def restore(request: Request) -> Reply:
    """Puts a version's texts into the draft; what is sent stays as it is until that is published."""
    number = request.form.get("number", "")
    if not number.isdecimal():
        raise NotFoundError
    made = messaging.restore_version(
        request.tenant, request.params["template_id"], int(number), now=request.call.now
    )
    return redirect(
        f"{PATH}/{made.id}",
        cookies=(flash_cookie(f"The draft is as version {number} was; publish it to send it"),),
    )


@PAGES.post(f"{_ONE}/duplicate", permission=Permission.MESSAGES_WRITE)
def duplicate(request: Request) -> Reply:
    made = messaging.duplicate_template(
        request.tenant,
        request.params["template_id"],
        now=request.call.now,
        by=f"staff:{request.caller.id}",
    )
    return redirect(f"{PATH}/{made.id}", cookies=(flash_cookie(f"This is “{made.name}”"),))


@PAGES.post(f"{_ONE}/archive", permission=Permission.MESSAGES_WRITE)
def archive(request: Request) -> Reply:
    """Out of the lists, or back; the toast of the one does the other."""
    archived = bool(request.form.get("archived", request.query.get("archived", "")))
    found = messaging.archive_template(
        request.tenant, request.params["template_id"], now=request.call.now, archived=archived
    )
    undo = f"{PATH}/{found.id}/archive?archived={'' if archived else 'yes'}"
    words = f"“{found.name}” {'archived: it is no longer sent' if archived else 'is back'}"
    to = PATH if archived else f"{PATH}/{found.id}"
    return redirect(to, cookies=(flash_cookie(words, undo=undo),))
