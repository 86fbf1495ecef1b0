"""What a page is given and what it gives back: the request as values, the reply with its headers and cookies."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from regulars.kernel.errors import MalformedError, TooLargeError
from regulars.kernel.http.caller import Call, Caller
from regulars.kernel.permissions import Permission
from regulars.kernel.tenancy import Tenant

MAX_FORM = 256 * 1024
# A mail's source is typed here, and grows when it is sent as a form.
LONG_FORMS, MAX_LONG_FORM = "/console/templates/", 3 * 1024 * 1024
HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'self'; img-src 'self' data: https:; connect-src 'self'{uploads}; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Request:
    """One call of a page. `query` and `form` keep the last of repeated names; `form_lists` keeps all."""

    call: Call
    method: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    query: dict[str, str]
    form_lists: Mapping[str, list[str]]

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self.form_lists.items()}

    @property
    def tenant(self) -> Tenant:
        """The signed-in person's tenant. Raises ForbiddenError for a caller who has none."""
        return self.call.tenant

    @property
    def caller(self) -> Caller:
        return self.call.caller

    @property
    def params(self) -> dict[str, str]:
        return self.call.params

    def may(self, permission: Permission) -> bool:
        return self.call.caller.may(permission)

    @property
    def by_htmx(self) -> bool:
        return self.headers.get("hx-request") == "true"

    def wants(self, part: str) -> bool:
        """Whether the page asks for this part of itself only: a partial update names its target's id."""
        return self.by_htmx and self.headers.get("hx-target", "").partition("#")[2] == part

    @property
    def address(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def here(self) -> str:
        """The address of the page the person sees, without the host: where a partial update was asked from."""
        current = urlsplit(self.headers.get("hx-current-url", "") or self.headers.get("referer", ""))
        return f"{current.path}?{current.query}" if current.query else current.path


@dataclass(frozen=True)
class Reply:
    """`cookies` are whole Set-Cookie values."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    def gateway(self, correlation: str) -> dict[str, Any]:
        """As API Gateway's payload 2.0 wants it, with the headers every page has."""
        headers = {
            "content-type": HTML,
            "cache-control": "no-store",
            "content-security-policy": POLICY.format(uploads=""),
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "x-correlation-id": correlation,
        } | dict(self.headers)
        return {
            "statusCode": self.status,
            "headers": headers,
            "cookies": list(self.cookies),
            "body": self.body,
        }


def redirect(to: str, *, cookies: tuple[str, ...] = ()) -> Reply:
    """Go there with GET."""
    return Reply(303, "", {"location": to}, cookies)


def download(name: str, text: str, media: str = "text/csv; charset=utf-8") -> Reply:
    """A file to keep."""
    return Reply(200, text, {"content-type": media, "content-disposition": f'attachment; filename="{name}"'})


def json_reply(value: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status, json.dumps(value), {"content-type": "application/json"})


def toast_header(text: str, *, bad: bool = False, undo: str = "") -> dict[str, str]:
    """The header that makes a partial update show a toast; `undo` is the address that takes the deed back."""
    return {"hx-trigger": json.dumps({"toast": {"text": text, "bad": bad, "undo": undo}})}


def done(text: str, *, bad: bool = False, undo: str = "") -> Reply:
    """A deed without a page of its own: a toast, and the lists on the page that listen for `changed` refresh."""
    events = {"toast": {"text": text, "bad": bad, "undo": undo}, "changed": {}}
    return Reply(200, "", {"hx-reswap": "none", "hx-trigger": json.dumps(events)})


def allow_uploads(url: str) -> dict[str, str]:
    """The policy header of a page that sends a file to the bucket at `url`."""
    parts = urlsplit(url)
    return {"content-security-policy": POLICY.format(uploads=f" {parts.scheme}://{parts.netloc}")}


def flash_cookie(text: str, *, bad: bool = False, undo: str = "") -> str:
    """A message for the next page; it is shown once."""
    value = quote(json.dumps({"text": text, "bad": bad, "undo": undo}, separators=(",", ":")))
    return f"regulars_flash={value}; Path=/console; Max-Age=60; HttpOnly; SameSite=Lax"


FLASH_SHOWN = "regulars_flash=; Path=/console; Max-Age=0; HttpOnly; SameSite=Lax"


def read_flash(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """The message left by the previous page, or None; a forged one only shows its sender their own text."""
    try:
        value = json.loads(unquote(cookies["regulars_flash"]))
        undo = str(value["undo"])
        ours = undo.startswith("/console/")
        return {"text": str(value["text"]), "bad": bool(value["bad"]), "undo": undo if ours else ""}
    except (KeyError, TypeError, ValueError):
        return None


def read_request(event: dict[str, Any], call: Call) -> Request:
    """From API Gateway's event. Raises MalformedError and TooLargeError for a form that cannot be read."""
    http = event["requestContext"]["http"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    pairs = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
    lists: dict[str, list[str]] = {}
    for name, value in _form_pairs(event, headers):
        lists.setdefault(name, []).append(value)
    return Request(call, http["method"], http["path"], headers, _cookies(event, headers), dict(pairs), lists)


def _cookies(event: dict[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    lines = event.get("cookies") or headers.get("cookie", "").split(";")
    pairs = (line.strip().partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name}


def _form_pairs(event: dict[str, Any], headers: Mapping[str, str]) -> list[tuple[str, str]]:
    body = event.get("body") or ""
    http = event["requestContext"]["http"]
    if not body or http["method"] != "POST":
        return []
    if len(body) > (MAX_LONG_FORM if http["path"].startswith(LONG_FORMS) else MAX_FORM):
        raise TooLargeError("the form is too large")
    if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise MalformedError("send a form")
    try:
        text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=2000)
    except ValueError as error:
        raise MalformedError("the form cannot be read") from error
