"""The console: every page, behind one function. Finds the page, checks who asks, turns errors into pages."""

from typing import Any
from urllib.parse import quote

from console import pages, problems, security
from console.pages import signin
from console.routing import Page
from console.web import Reply, Request, read_request, redirect
from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.errors import ForbiddenError, NotFoundError, RegularsError, UnauthenticatedError
from regulars.kernel.http.caller import Call, Caller
from regulars.kernel.logs import logger
from regulars.kernel.permissions import Permission

_log = logger("console")
_clock = clock()
_ANYBODY = Caller("staff", "anybody", None, frozenset())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of a browser (payload 2.0). Nothing it is given makes it raise."""
    correlation = str(event["requestContext"].get("requestId", ""))
    request = None
    try:
        request = read_request(event, Call(_ANYBODY, {}, _clock.now(), correlation=correlation, event=event))
        reply = _answer(request, event)
    except RegularsError as error:
        reply = problems.reply(request, error, correlation)
    except Exception:  # noqa: BLE001  (the outermost edge)
        _log.exception("unexpected failure", extra={"path_shape": _shape(request)})
        reply = problems.reply(request, RegularsError(), correlation)
    _log.info("answered", extra={"path_shape": _shape(request), "status": reply.status})
    return reply.gateway(correlation)


def _answer(request: Request, event: dict[str, Any]) -> Reply:
    if request.path == "/":
        return redirect("/console")
    found = pages.ALL.find(request.method, request.path)
    identified = _identify(request, event, found[0] if found else None)
    if identified is not None:
        return identified
    if found is None:
        raise NotFoundError
    page, request.call.params = found
    if request.method == "POST":
        security.refuse_foreign(request.headers)
    return page.show(request)


def _identify(request: Request, event: dict[str, Any], page: Page | None) -> Reply | None:
    """Puts the caller into the call; answers the way to the sign-in page when there is none."""
    if page is not None and page.permission is Permission.PUBLIC:
        begin_work(Work(request.call.correlation))
        return None
    passed = event["requestContext"].get("authorizer", {}).get("lambda") or {}
    try:
        caller = Caller.of(passed)
    except UnauthenticatedError:
        return _to_sign_in(request, str(passed.get("refusal", "")))
    if caller.kind != "staff" or caller.tenant is None:
        raise ForbiddenError("the console is for the shop's staff")
    request.call.caller = caller
    begin_work(Work(request.call.correlation, "", caller.tenant.id, f"staff:{caller.id}"))
    if page is not None and not caller.may(page.permission):
        raise ForbiddenError(f"this needs the permission {page.permission.value}")
    return None


def _to_sign_in(request: Request, refusal: str) -> Reply:
    back = request.here if request.by_htmx or request.method == "POST" else request.address
    if refusal == "expired" and (cookies := signin.renewed(request)):
        return (
            Reply(200, "", {"hx-redirect": back}, cookies)
            if request.by_htmx
            else redirect(back, cookies=cookies)
        )
    address = f"/console/sign-in?next={quote(security.safe_next(back))}"
    if refusal == "expired":
        address += "&why=expired"
    if request.by_htmx:
        return Reply(200, "", {"hx-redirect": address})
    return redirect(address)


def _shape(request: Request | None) -> str:
    """The address without ids: addresses are logged, personal data is not."""
    return "/".join(request.path.split("/")[:3]) if request else ""
