"""Loyalty: the programs, the editor of one, and what an order would earn in it."""

from typing import Any

from console.forms import Form
from console.lists import Listing, partial
from console.loyalty_form import (
    BONUSES,
    OWN_RULE,
    SWITCHES,
    WEEKDAYS,
    faults_in_form,
    form_of,
    period_of,
    program_in,
    rows_of,
    typed,
)
from console.loyalty_trial import ROWS, tried
from console.pages.template import valid
from console.routing import Pages
from console.shell import Crumb, part, shop_of, show
from console.tables import Badge, Badges, Column, Text, Titled, When
from console.web import Reply, Request, flash_cookie, redirect
from regulars import loyalty, segments
from regulars.kernel.errors import ConflictError, InvalidError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.loyalty import NewProgram, Program, ProgramChange, ProgramStatus

PAGES = Pages()
PATH = "/console/loyalty"
_NEW = f"{PATH}/new"
_ONE = f"{PATH}/{{program_id}}"
_READ, _WRITE = Permission.LOYALTY_READ, Permission.LOYALTY_WRITE
_ROWS = 25
_TONES = {"draft": "", "active": "good", "paused": "warn", "ended": ""}
_PERIODS = {"annual": "Calendar years", "quarterly": "Calendar quarters", "custom": "From a day to a day"}
_ROUNDING = {"down": "Down", "nearest": "To the nearest, halves up", "up": "Up"}
_EFFECTS = {"multiplier": "Multiplies the base by", "bonus": "Gives a bonus of"}
_FIRST = {"yes": "Is the first", "no": "Is not the first"}
_SOURCES = {"base": "Base", "first_order": "Bonus", "cap": "Cap"}
# What can be done with a program by a button: the status it gets, and the button's words.
_MOVES = {
    "draft": (("active", "Start"),),
    "active": (("paused", "Pause"), ("ended", "End")),
    "paused": (("active", "Go on"), ("ended", "End")),
    "ended": (),
}


@PAGES.get(PATH, permission=_READ)
def programs(request: Request) -> Reply:
    page = loyalty.list_programs(request.tenant, limit=_ROWS, cursor=request.query.get("cursor"))
    table = _listing().table(page)
    return partial(request, "pages/loyalty_area.html", table=table) or show(
        request, "pages/loyalty.html", title="Loyalty", table=table
    )


def _listing() -> Listing[Program]:
    columns = (
        Column[Program]("name", "Program", lambda one: Titled(one.name, _path(one.id))),
        Column[Program](
            "status",
            "Status",
            lambda one: Badges((Badge(one.status.value.capitalize(), _TONES[one.status]),)),
        ),
        Column[Program](
            "tiers", "Tiers", lambda one: Text(", ".join(tier.name for tier in one.tiers)), minor=True
        ),
        Column[Program]("rules", "Rules", lambda one: Text(str(len(one.rules))), end=True, minor=True),
        Column[Program]("updated", "Changed", lambda one: When(one.updated_at), end=True, minor=True),
    )
    return Listing(
        "programs",
        "Programs",
        PATH,
        columns,
        lambda one: one.id,
        lambda one: one.name,
        lambda one: _path(one.id),
        "programs",
        csv=False,
    )


def _path(program_id: str) -> str:
    return f"{PATH}/{program_id}"


@PAGES.get(_NEW, permission=_WRITE)
def blank(request: Request) -> Reply:
    begun = Program.new("", NewProgram(name="-"), request.call.now, "")
    form = form_of(begun, shop_of(request).currency)
    return _editor(request, None, Form({**form.values, "name": ""}))


@PAGES.post(_NEW, permission=_WRITE)
def create(request: Request) -> Reply:
    form = typed(request.form)
    try:
        given = valid(NewProgram, program_in(form, shop_of(request).currency))
        made = loyalty.create_program(
            request.tenant, given, now=request.call.now, by=f"staff:{request.caller.id}"
        )
    except RegularsError as error:
        return _editor(request, None, form, error)
    return redirect(_path(made.id), cookies=(flash_cookie("Program created: a draft until it is started"),))


@PAGES.get(_ONE, permission=_READ)
def one(request: Request) -> Reply:
    found = loyalty.get_program(request.tenant, request.params["program_id"])
    if request.wants("tried"):
        form, trial = tried(request, found.id)
        path = _path(found.id)
        return part(request, "pages/loyalty_tried.html", path=path, tried=form, trial=trial, **_trying(found))
    return _editor(request, found, form_of(found, shop_of(request).currency))


@PAGES.post(_ONE, permission=_WRITE)
def save(request: Request) -> Reply:
    found = loyalty.get_program(request.tenant, request.params["program_id"])
    form, version = typed(request.form), request.form.get("version", "")
    if found.status is not ProgramStatus.DRAFT:
        # The fields of a period that stays are not sent.
        form = Form({**form.values, **period_of(found)})
    given = program_in(form, shop_of(request).currency)
    try:
        loyalty.change_program(
            request.tenant,
            found.id,
            valid(ProgramChange, given),
            now=request.call.now,
            version=int(version) if version.isdecimal() and len(version) < 9 else None,
        )
    except RegularsError as error:
        return _editor(request, found, form, error)
    return redirect(_path(found.id), cookies=(flash_cookie("Saved"),))


@PAGES.post(f"{_ONE}/status", permission=_WRITE)
def move(request: Request) -> Reply:
    """Start, pause, go on with, or end a program."""
    here = _path(request.params["program_id"])
    try:
        change = valid(ProgramChange, {"status": request.form.get("status", "")})
        after = loyalty.change_program(
            request.tenant, request.params["program_id"], change, now=request.call.now
        )
    except (InvalidError, ConflictError) as error:
        return redirect(here, cookies=(flash_cookie(f"Not done: {error.detail}", bad=True),))
    return redirect(here, cookies=(flash_cookie(f"The program is {after.status} now"),))


@PAGES.post(f"{_ONE}/delete", permission=_WRITE)
def delete(request: Request) -> Reply:
    """Only a draft goes; the others are ended."""
    program_id = request.params["program_id"]
    try:
        loyalty.delete_program(request.tenant, program_id, now=request.call.now)
    except ConflictError as error:
        return redirect(_path(program_id), cookies=(flash_cookie(f"Not deleted: {error.detail}", bad=True),))
    return redirect(PATH, cookies=(flash_cookie("Draft deleted"),))


def _editor(request: Request, found: Program | None, form: Form, error: RegularsError | None = None) -> Reply:
    title = found.name if found else "New program"
    box, trial = tried(request, found.id) if found else (Form(), None)
    return show(
        request,
        "pages/loyalty_program.html",
        title=title,
        crumbs=(Crumb("Loyalty", PATH), Crumb(title)),
        status=error.status if error else 200,
        found=found,
        path=_path(found.id) if found else _NEW,
        form=form.refused(_at_fields(error, form)) if error else form,
        tier_rows=rows_of(form, "tiers"),
        rule_rows=rows_of(form, "rules"),
        tone=_TONES[found.status] if found else "",
        moves=_MOVES[found.status] if found else (),
        segments=_segments(request),
        own_rule=OWN_RULE,
        periods=_PERIODS.items(),
        roundings=_ROUNDING.items(),
        effects=_EFFECTS.items(),
        bonuses=_worded(BONUSES),
        switches=_worded(SWITCHES),
        weekdays=_worded(WEEKDAYS),
        tried=box,
        trial=trial,
        **(_trying(found) if found else {}),
    )


def _trying(found: Program) -> dict[str, Any]:
    """What the box needs to be drawn."""
    return {
        "tried_rows": ROWS,
        "tier_names": [(tier.name, tier.name) for tier in found.tiers],
        "first_options": _FIRST.items(),
        "sources": _SOURCES,
    }


def _worded(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ").capitalize()) for name in names]


def _segments(request: Request) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in segments.list_segments(request.tenant, request.call.now)]


def _at_fields(error: RegularsError, form: Form) -> RegularsError:
    faults = faults_in_form(error.faults, form)
    return InvalidError(error.detail, faults) if faults else error
