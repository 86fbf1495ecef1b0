"""Who may call: API keys and staff."""

from pydantic import ValidationError

from console.forms import Form
from console.lists import Listing
from console.routing import Pages
from console.settings_frame import tab
from console.tables import Action, Actions, Badge, Badges, Cell, Choice, Column, Person, Text, When
from console.web import Reply, Request, done, flash_cookie, redirect
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.http.models import Input
from regulars.kernel.http.serve import faults_of
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import TENANT_PERMISSIONS, Permission, Role
from regulars.platform import (
    ApiKey,
    Newcomer,
    StaffMember,
    create_key,
    invite_staff,
    list_keys,
    list_staff,
    remove_staff,
    revoke_key,
    set_role,
)
from regulars.platform.model import Email, Name, StaffRole

PAGES = Pages()
# What the server of an ordinary shop needs.
_COMMON = ("customers:read", "customers:write", "events:write", "orders:write", "products:write")
_ROLES = tuple((role.value, role.value.capitalize()) for role in Role)
_NEW_KEY = Form({"name": "", "scopes": ""})
_NEW_STAFF = Form({"name": "", "email": "", "role": Role.AGENT.value})
_KEYS_PATH, _STAFF_PATH = "/console/settings/keys", "/console/settings/staff"


class Invitation(Input):
    """What is asked of a colleague."""

    name: Name
    email: Email
    role: StaffRole


@PAGES.get(_KEYS_PATH, permission=Permission.KEYS_WRITE)
def keys(request: Request) -> Reply:
    if request.query.get("format") == "csv":
        return _key_list().csv_reply(lambda cursor: list_keys(request.tenant, limit=100, cursor=cursor))
    return _keys(request, _NEW_KEY)


@PAGES.post(_KEYS_PATH, permission=Permission.KEYS_WRITE)
def make_key(request: Request) -> Reply:
    """The one answer that shows the key: it is rendered here and now, and never kept."""
    label = request.form.get("name", "").strip()
    try:
        if not 1 <= len(label) <= 100:
            raise InvalidError.of("/name", "is needed, in 100 characters at the most")
        made = create_key(request.tenant, request.caller, label, _scopes(request), now=request.call.now)
    except RegularsError as error:
        return _keys(request, Form({"name": label, "scopes": ""}).refused(error), status=error.status)
    return _keys(request, _NEW_KEY, secret=made.key or "")


def _scopes(request: Request) -> list[Permission]:
    known = {permission.value: permission for permission in TENANT_PERMISSIONS}
    chosen = request.form_lists.get("scopes", [])
    if not chosen or any(name not in known for name in chosen):
        raise InvalidError.of("/scopes", "choose at least one scope")
    return [known[name] for name in chosen]


@PAGES.post(f"{_KEYS_PATH}/{{key_id}}/revoke", permission=Permission.KEYS_WRITE)
def revoke(request: Request) -> Reply:
    revoke_key(request.tenant, request.params["key_id"], now=request.call.now)
    return redirect(_KEYS_PATH, cookies=(flash_cookie("The key is refused from now on"),))


def _keys(request: Request, form: Form, secret: str = "", status: int = 200) -> Reply:
    return tab(
        request,
        "pages/settings_keys.html",
        status,
        form=form,
        secret=secret,
        table=_key_list().table(list_keys(request.tenant, limit=100)),
        scopes=sorted(scope.value for scope in request.caller.permissions & TENANT_PERMISSIONS),
        common=_COMMON,
    )


def _key_list() -> Listing[ApiKey]:
    columns = (
        Column[ApiKey]("label", "Name", lambda key: Text(key.label)),
        Column[ApiKey]("state", "State", _key_state),
        Column[ApiKey]("scopes", "Scopes", _key_scopes, minor=True),
        Column[ApiKey]("used", "Last used", lambda key: When(key.last_used_at), minor=True),
        Column[ApiKey]("created", "Created", lambda key: When(key.created_at), minor=True),
        Column[ApiKey]("act", "", _key_actions, end=True),
    )
    return Listing(
        "keys",
        "API keys",
        _KEYS_PATH,
        columns,
        lambda key: key.id,
        lambda key: key.label,
        lambda key: "",
        "keys",
    )


def _key_state(key: ApiKey) -> Cell:
    return Badges((Badge("Revoked", "bad") if key.revoked_at else Badge("Active", "good"),))


def _key_scopes(key: ApiKey) -> Cell:
    return Badges(tuple(Badge(scope.value, dot=False) for scope in key.scopes))


def _key_actions(key: ApiKey) -> Cell:
    if key.revoked_at:
        return Text(" ")
    ask = f"Revoke {key.label}?"
    text = "Whatever uses it is refused from the next request on. This cannot be undone."
    return Actions((Action("Revoke", f"{_KEYS_PATH}/{key.id}/revoke", ask, text),))


@PAGES.get(_STAFF_PATH, permission=Permission.STAFF_READ)
def staff(request: Request) -> Reply:
    if request.query.get("format") == "csv":
        load = _staff_list(request).csv_reply
        return load(lambda cursor: list_staff(request.tenant, limit=100, cursor=cursor))
    return _staff(request, _NEW_STAFF)


@PAGES.post(_STAFF_PATH, permission=Permission.STAFF_WRITE)
def invite(request: Request) -> Reply:
    form = Form({name: request.form.get(name, "") for name in ("name", "email", "role")})
    try:
        asked = _invitation(form)
        newcomer = Newcomer(asked.email, asked.name, asked.role, f"staff:{request.caller.id}")
        invite_staff(request.tenant, newcomer, now=request.call.now)
    except RegularsError as error:
        return _staff(request, form.refused(error), error.status)
    message = f"{asked.name} is invited; the first password is on its way by email"
    return redirect(_STAFF_PATH, cookies=(flash_cookie(message),))


def _invitation(form: Form) -> Invitation:
    try:
        return Invitation.model_validate(dict(form.values))
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", faults_of(error)) from error


@PAGES.post(f"{_STAFF_PATH}/{{staff_id}}/role", permission=Permission.STAFF_WRITE)
def change_role(request: Request) -> Reply:
    role = request.form.get("role", "")
    if role not in {known.value for known in Role}:
        raise InvalidError.of("/role", "there is no such role")
    member = set_role(request.tenant, request.params["staff_id"], Role(role), now=request.call.now)
    return done(f"{member.name} is now {role}")


@PAGES.post(f"{_STAFF_PATH}/{{staff_id}}/remove", permission=Permission.STAFF_WRITE)
def remove(request: Request) -> Reply:
    remove_staff(request.tenant, request.params["staff_id"], now=request.call.now)
    return redirect(_STAFF_PATH, cookies=(flash_cookie("Removed; they are signed out everywhere"),))


def _staff(request: Request, form: Form, status: int = 200) -> Reply:
    page: Page[StaffMember] = list_staff(request.tenant, limit=100)
    table = _staff_list(request).table(page)
    return tab(request, "pages/settings_staff.html", status, form=form, table=table, roles=_ROLES)


def _staff_list(request: Request) -> Listing[StaffMember]:
    columns = [
        Column[StaffMember]("name", "Name", lambda member: Person(member.name, "", member.email)),
        Column[StaffMember]("role", "Role", _role_choice if request.may(Permission.STAFF_WRITE) else _role),
        Column[StaffMember]("invited", "Invited", lambda member: When(member.invited_at), minor=True),
    ]
    if request.may(Permission.STAFF_WRITE):
        columns.append(Column("act", "", _staff_actions, end=True))
    return Listing(
        "staff",
        "Staff",
        _STAFF_PATH,
        columns,
        lambda one: one.id,
        lambda one: one.name,
        lambda one: "",
        "people",
    )


def _role(member: StaffMember) -> Cell:
    return Text(member.role.value.capitalize())


def _role_choice(member: StaffMember) -> Cell:
    href = f"{_STAFF_PATH}/{member.id}/role"
    return Choice("role", href, member.role.value, _ROLES, f"Role of {member.name}")


def _staff_actions(member: StaffMember) -> Cell:
    text = "They are signed out at once and cannot sign in again."
    return Actions((Action("Remove", f"{_STAFF_PATH}/{member.id}/remove", f"Remove {member.name}?", text),))
