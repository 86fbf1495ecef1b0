"""The filters and tests that templates have: ours alone, each bounded in what it makes.

A filter is called with the rendering (`running.Run`), the value and its arguments. A value that is not there goes through most
of them as it is.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from html import escape as quoted
from typing import Any
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from regulars.messaging.formats import date, money
from regulars.messaging.templates.faults import MAX_LIST, MAX_TEXT, TemplateError
from regulars.messaging.templates.missing import Missing
from regulars.messaging.templates.moments import clock_of, moment_of
from regulars.messaging.templates.running import Run, item, number, plain

Filter = Callable[..., Any]
# Asked of a value's absence, so that they are told of it too.
_OF_ABSENCE = frozenset({"default", "d", "length", "count", "tojson", "list", "join", "first", "last", "sum"})
FILTERS: dict[str, Filter] = {}


def _filter(*names: str) -> Callable[[Filter], Filter]:
    def declare(work: Filter) -> Filter:
        for name in names:
            FILTERS[name] = _guarded(name, work)
        return work

    return declare


def _guarded(name: str, work: Filter) -> Filter:
    @pass_context
    @wraps(work)
    def run(context: Context, value: Any, *args: Any, **named: Any) -> Any:
        if isinstance(value, Missing) and name not in _OF_ABSENCE:
            return value
        rendering: Run = context.parent["_run"]
        try:
            made = work(rendering, value, *args, **named)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(f"the filter “{name}” cannot be used like this") from error
        # Texts that were long before make time go by, and memory.
        return rendering.bounded(made) if isinstance(made, str) and len(made) > 200 else made

    return run


def _members(run: Run, value: Any) -> list[Any]:
    """The members of a list, which are paid for."""
    if value is None or isinstance(value, Missing):
        return []
    if not isinstance(value, list | tuple | dict | range):
        raise TypeError
    run.spend(len(value))
    return list(value)


def _of(member: Any, path: Any) -> Any:
    for name in plain(path).split("."):
        member = item(member, int(name) if name.isdigit() else name)
    return member


def _order(value: Any) -> tuple[int, Any]:
    """Sorts numbers before texts before everything else."""
    if isinstance(value, int | float):
        return 0, value
    return (1, plain(value).casefold()) if isinstance(value, str) else (2, "")


@_filter("default", "d")
def _default(run: Run, value: Any, other: Any = "", empty: Any = True) -> Any:
    return other if isinstance(value, Missing) or value is None or (empty and not value) else value


@_filter("upper")
def _upper(run: Run, value: Any) -> str:
    return plain(value).upper()


@_filter("lower")
def _lower(run: Run, value: Any) -> str:
    return plain(value).lower()


@_filter("capitalize")
def _capitalize(run: Run, value: Any) -> str:
    return plain(value).capitalize()


@_filter("title")
def _title(run: Run, value: Any) -> str:
    return plain(value).title()


@_filter("trim")
def _trim(run: Run, value: Any) -> str:
    return plain(value).strip()


@_filter("string")
def _string(run: Run, value: Any) -> str:
    return plain(value)


@_filter("truncate")
def _truncate(run: Run, value: Any, length: Any = 255, end: Any = "…") -> str:
    text, kept = plain(value), max(0, int(number(length)))
    if len(text) <= kept:
        return text
    whole = text[:kept].rsplit(" ", 1)[0].rstrip()
    return (whole or text[:kept]) + plain(end)


@_filter("replace")
def _replace(run: Run, value: Any, old: Any, new: Any) -> str:
    text, before, after = plain(value), plain(old), plain(new)
    if not before:
        raise ValueError
    if len(text) + text.count(before) * len(after) > MAX_TEXT:
        raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")
    return text.replace(before, after)


@_filter("join")
def _join(run: Run, value: Any, between: Any = "", attribute: Any = None) -> str:
    members = _members(run, value)
    texts = [plain(one if attribute is None else _of(one, attribute)) for one in members]
    glue = plain(between)
    if sum(map(len, texts)) + len(glue) * len(texts) > MAX_TEXT:
        raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")
    return glue.join(texts)


@_filter("urlencode")
def _urlencode(run: Run, value: Any) -> str:
    return quote(plain(value)[:MAX_TEXT], safe="")


@_filter("nl2br")
def _breaks(run: Run, value: Any) -> Markup:
    return Markup("<br>\n").join(quoted(line) for line in plain(value).splitlines())


@_filter("tojson")
def _tojson(run: Run, value: Any) -> Markup:
    text = json.dumps(_data(run, value), ensure_ascii=False, allow_nan=False)
    for one in "<>&'":
        text = text.replace(one, f"\\u{ord(one):04x}")
    if len(text) > MAX_TEXT:
        raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")
    return Markup(text)  # noqa: S704  (nothing in it means anything to HTML)


def _data(run: Run, value: Any) -> Any:
    if isinstance(value, Missing):
        return None
    if isinstance(value, dict):
        run.spend(len(value))
        return {plain(name): _data(run, one) for name, one in value.items()}
    if isinstance(value, list | tuple | range):
        return [_data(run, one) for one in _members(run, value)]
    return plain(value) if isinstance(value, str) else value


@_filter("length", "count")
def _length(run: Run, value: Any) -> int:
    return 0 if value is None or isinstance(value, Missing) else len(value)


@_filter("first")
def _first(run: Run, value: Any) -> Any:
    return item(_members(run, value), 0)


@_filter("last")
def _last(run: Run, value: Any) -> Any:
    return item(_members(run, value), -1)


@_filter("list")
def _list(run: Run, value: Any) -> list[Any]:
    return _members(run, value)


@_filter("items")
def _items(run: Run, value: Any) -> list[tuple[Any, Any]]:
    run.spend(len(value))
    return list(value.items()) if isinstance(value, dict) else _no_list()


def _no_list() -> Any:
    raise TypeError


@_filter("reverse")
def _reverse(run: Run, value: Any) -> Any:
    return plain(value)[::-1] if isinstance(value, str) else _members(run, value)[::-1]


@_filter("sort")
def _sort(run: Run, value: Any, reverse: Any = False, attribute: Any = None) -> list[Any]:
    members = _members(run, value)
    return sorted(
        members,
        key=lambda one: _order(one if attribute is None else _of(one, attribute)),
        reverse=bool(reverse),
    )


@_filter("unique")
def _unique(run: Run, value: Any, attribute: Any = None) -> list[Any]:
    found: dict[str, Any] = {}
    for one in _members(run, value):
        found.setdefault(plain(one if attribute is None else _of(one, attribute)).casefold(), one)
    return list(found.values())


@_filter("map")
def _map(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [_of(one, attribute) for one in _members(run, value)]


@_filter("selectattr")
def _select(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [one for one in _members(run, value) if _of(one, attribute)]


@_filter("rejectattr")
def _reject(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [one for one in _members(run, value) if not _of(one, attribute)]


@_filter("batch")
def _batch(run: Run, value: Any, size: Any) -> list[list[Any]]:
    members, length = _members(run, value), int(number(size))
    if not 1 <= length <= MAX_LIST:
        raise ValueError
    return [members[start : start + length] for start in range(0, len(members), length)]


@_filter("sum")
def _sum(run: Run, value: Any, attribute: Any = None) -> int | float:
    members = _members(run, value)
    return number(sum(number(one if attribute is None else _of(one, attribute)) for one in members))


@_filter("min")
def _min(run: Run, value: Any) -> Any:
    return min(_members(run, value), key=_order)


@_filter("max")
def _max(run: Run, value: Any) -> Any:
    return max(_members(run, value), key=_order)


@_filter("abs")
def _abs(run: Run, value: Any) -> int | float:
    return abs(number(value))


@_filter("int")
def _int(run: Run, value: Any, other: Any = 0) -> int | float:
    try:
        return number(int(value if isinstance(value, int | float) else plain(value)[:30]))
    except ValueError:
        return number(other)


@_filter("float")
def _float(run: Run, value: Any, other: Any = 0.0) -> int | float:
    try:
        return number(float(value if isinstance(value, int | float) else plain(value)[:30]))
    except ValueError:
        return number(other)


@_filter("round")
def _round(run: Run, value: Any, places: Any = 0) -> int | float:
    made = round(number(value), min(10, max(0, int(number(places)))))
    return int(made) if not places else made


@_filter("money")
def _money(run: Run, value: Any, currency: Any = "") -> str:
    """Minor units as an amount: `{{ data.total|money }}`, in the shop's currency unless another is named."""
    return money(int(number(value)), plain(currency) or run.currency, run.language)


@_filter("number")
def _number(run: Run, value: Any) -> str:
    whole = f"{number(value):,}"
    marks = {"de": (".", ","), "pl": ("\u202f", ",")}.get(run.language, (",", "."))
    return whole.replace(",", "\0").replace(".", marks[1]).replace("\0", marks[0])


@_filter("date")
def _date(run: Run, value: Any) -> str:
    """A day as the reader expects it: `{{ data.expires_at|date }}`."""
    return date(moment_of(plain(value), run.zone), run.zone, run.language)


@_filter("time")
def _time(run: Run, value: Any) -> str:
    return clock_of(moment_of(plain(value), run.zone), run.zone, run.language)


def _test(work: Callable[..., Any]) -> Filter:
    @wraps(work)
    def judge(value: Any, *args: Any) -> bool:
        try:
            return bool(work(value, *args))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise TemplateError("a test cannot be used like this") from error

    return judge


_TESTS: Mapping[str, Callable[..., Any]] = {
    "defined": lambda value: not isinstance(value, Missing),
    "undefined": lambda value: isinstance(value, Missing),
    "none": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "mapping": lambda value: isinstance(value, dict),
    "sequence": lambda value: isinstance(value, list | tuple | range),
    "odd": lambda value: number(value) % 2 == 1,
    "even": lambda value: number(value) % 2 == 0,
    "divisibleby": lambda value, by: number(value) % number(by) == 0,
    "in": lambda value, members: value in members,
}
TESTS: dict[str, Filter] = {name: _test(work) for name, work in _TESTS.items()}
