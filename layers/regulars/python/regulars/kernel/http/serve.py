"""The HTTP edge: one function that turns a route table into a Lambda handler (payload format 2.0)."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.errors import (
    Fault,
    InvalidError,
    MalformedError,
    NotFoundError,
    RegularsError,
)
from regulars.kernel.http.answer import Answer, gateway, problem
from regulars.kernel.http.body import read_json
from regulars.kernel.http.caller import Call, Caller
from regulars.kernel.http.routes import Route, Routes
from regulars.kernel.idempotency import AnsweredBeforeError, Once
from regulars.kernel.ids import digest
from regulars.kernel.logs import log_answer, logger
from regulars.kernel.permissions import Permission

Event = dict[str, Any]
_ANYBODY = Caller("staff", "anybody", None, frozenset())
_log = logger("http")


def serve(routes: Routes) -> Callable[[Event, Any], Event]:
    """The Lambda handler of a route table. Nothing that it is given makes it raise."""
    table = routes.table
    tell_time = clock()

    def handler(event: Event, context: Any) -> Event:
        correlation = event["requestContext"].get("requestId", "")
        route = table.get(event.get("routeKey", ""))
        try:
            if route is None:
                raise NotFoundError
            answer = _carry_out(
                route, event, Call(_ANYBODY, {}, tell_time.now(), correlation=correlation, event=event)
            )
        except AnsweredBeforeError as before:
            answer = before.answer
        except RegularsError as error:
            answer = problem(error, correlation)
        except Exception:  # noqa: BLE001  (the outermost edge)
            _log.exception("unexpected failure", extra={"route": event.get("routeKey")})
            answer = problem(RegularsError(), correlation)
        log_answer(event.get("routeKey", ""), answer.status)
        return gateway(answer, correlation)

    return handler


def _carry_out(route: Route, event: Event, call: Call) -> Answer:
    call.params = event.get("pathParameters") or {}
    _identify(route, event, call)
    if any(not value or len(value) > 200 or "\0" in value for value in call.params.values()):
        raise NotFoundError
    given: dict[str, Any] = {}
    fields: list[str] = []
    query = _query(event)
    if route.method == "GET" and route.answer is not None and "fields" in query:
        fields = _known_fields(route.answer, query.pop("fields"))
    if route.query is not None:
        given["query"] = _validate(route.query, query, "")
    elif query:
        raise InvalidError.of(next(iter(query)), "is not a parameter of this operation")
    if route.body is not None:
        given["body"] = _validate(route.body, read_json(event, route.max_body), "/")
    call.if_match = _if_match(event)
    if route.method == "POST" and route.permission is not Permission.PUBLIC:
        call.once = _once(route, event, call)
    result = route.run(call, **given)
    if route.raw and isinstance(result, Answer):
        return result
    return _pick(render(route, result), fields) if fields else render(route, result)


def _identify(route: Route, event: Event, call: Call) -> None:
    if route.permission is Permission.PUBLIC:
        begin_work(Work(correlation=call.correlation))
        return
    context = event["requestContext"].get("authorizer", {}).get("lambda") or {}
    call.caller = Caller.of(context)
    tenant = call.caller.tenant
    begin_work(
        Work(call.correlation, "", tenant.id if tenant else "", f"{call.caller.kind}:{call.caller.id}")
    )
    call.authorize(route.permission, own=route.own)


def render(route: Route, result: Any) -> Answer:
    """The answer for a route's result: body by the answer model, ETag from `version`, Location from the declared path."""
    headers = {}
    if (version := getattr(result, "version", None)) is not None and not isinstance(version, str):
        headers["etag"] = f'"{int(version)}"'
    if route.location:
        headers["location"] = route.location.format_map(_Attributes(result))
    if route.answer is None:
        return Answer(route.status, "", headers)
    return Answer(
        route.status, route.answer.model_validate(result, from_attributes=True).model_dump_json(), headers
    )


class _Attributes(dict[str, Any]):
    def __init__(self, of: Any) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, name: str) -> Any:
        return getattr(self._of, name)


def _validate(model: type[BaseModel], value: Any, root: str) -> BaseModel:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", faults_of(error, root, value)) from error


def faults_of(error: ValidationError, root: str = "/", given: Any = None) -> list[Fault]:
    """A pydantic error as faults with JSON pointers (`root` = "/") or parameter names (`root` = "") into what was `given`."""
    places: dict[tuple[str, str], str] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False)[:50]:
        steps: Iterable[int | str] = (
            _steps(fault["loc"], given, fault["type"] == "missing") if given is not None else fault["loc"]
        )
        path = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        places[path, fault["type"]] = fault["msg"].removeprefix("Value error, ")
    # That it might have been null says nothing beside what is wrong with what was given.
    told = {path for path, kind in places if kind != "none_required"}
    return [
        Fault(root + path, text)
        for (path, kind), text in places.items()
        if kind != "none_required" or path not in told
    ]


def _steps(loc: tuple[int | str, ...], given: Any, missing: bool) -> Iterator[int | str]:
    """The way into `given`: `loc` without the names that pydantic has for the variants of a type."""
    for place, step in enumerate(loc, start=1):
        if isinstance(given, dict) and (step in given or (missing and place == len(loc))):
            yield step
            given = given.get(step)
        elif isinstance(given, list) and isinstance(step, int):
            yield step
            given = given[step] if step < len(given) else None


def _query(event: Event) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            event.get("rawQueryString") or "", keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except ValueError as error:
        raise MalformedError("the query string cannot be read") from error
    query = dict(pairs)
    if len(query) != len(pairs):
        raise InvalidError("a query parameter appears twice")
    for name, value in pairs:
        if "\0" in value or "\0" in name:
            raise InvalidError.of(name.replace("\0", ""), "contains a character that is not allowed")
    return query


def _if_match(event: Event) -> int | None:
    value = event.get("headers", {}).get("if-match", "*").strip().removeprefix("W/").strip('"')
    if value == "*":
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 12):
        raise MalformedError('If-Match is not an ETag that was given out here, such as "3"')
    return int(value)


def _once(route: Route, event: Event, call: Call) -> Once | None:
    key = event.get("headers", {}).get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise MalformedError("Idempotency-Key is 1 to 255 printable characters")
    request = digest(event["requestContext"]["http"]["path"], event.get("body") or "")
    caller = f"{call.caller.kind}:{call.caller.id}"
    return Once(caller, key, request, lambda result: render(route, result))


def _known_fields(answer: type[BaseModel], text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",")]
    row = _row_model(answer)
    for name in wanted:
        if name not in row.model_fields:
            raise InvalidError.of(
                "fields", f"{name[:50]!r} is not a field here: {', '.join(row.model_fields)}"
            )
    return wanted


def _row_model(answer: type[BaseModel]) -> type[BaseModel]:
    items = answer.model_fields.get("items")
    inner = (
        getattr(items.annotation, "__args__", ())
        if items is not None and "next" in answer.model_fields
        else ()
    )
    return inner[0] if inner else answer


def _pick(answer: Answer, fields: list[str]) -> Answer:
    whole = json.loads(answer.body)
    if "items" in whole and "next" in whole:
        picked = whole | {"items": [{name: row[name] for name in fields} for row in whole["items"]]}
    else:
        picked = {name: whole[name] for name in fields}
    return Answer(answer.status, json.dumps(picked, ensure_ascii=False), answer.headers)
