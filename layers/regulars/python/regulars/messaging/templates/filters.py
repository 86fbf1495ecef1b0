"""The filters and tests that templates have: ours alone, each bounded in what it makes. Lists have theirs in `list_filters`."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from html import escape as quoted
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from regulars.messaging.formats import date, money
from regulars.messaging.templates import list_filters
from regulars.messaging.templates.faults import MAX_TEXT, TemplateError
from regulars.messaging.templates.filtering import Filter, filtering, inner, members_of
from regulars.messaging.templates.missing import Missing
from regulars.messaging.templates.moments import clock_of, moment_of
from regulars.messaging.templates.running import Run, number, plain

FILTERS = list_filters.FILTERS


@filtering("default", "d")
def _default(run: Run, value: Any, other: Any = "", empty: Any = True) -> Any:
    return other if isinstance(value, Missing) or value is None or (empty and not value) else value


@filtering("upper")
def _upper(run: Run, value: Any) -> str:
    return plain(value).upper()


@filtering("lower")
def _lower(run: Run, value: Any) -> str:
    return plain(value).lower()


@filtering("capitalize")
def _capitalize(run: Run, value: Any) -> str:
    return plain(value).capitalize()


@filtering("title")
def _title(run: Run, value: Any) -> str:
    return plain(value).title()


@filtering("trim")
def _trim(run: Run, value: Any) -> str:
    return plain(value).strip()


@filtering("string")
def _string(run: Run, value: Any) -> str:
    return plain(value)


@filtering("truncate")
def _truncate(run: Run, value: Any, length: Any = 255, end: Any = "…") -> str:
    text, kept = plain(value), max(0, int(number(length)))
    if len(text) <= kept:
        return text
    whole = text[:kept].rsplit(" ", 1)[0].rstrip()
    return (whole or text[:kept]) + plain(end)


@filtering("replace")
def _replace(run: Run, value: Any, old: Any, new: Any) -> str:
    text, before, after = plain(value), plain(old), plain(new)
    if not before:
        raise ValueError
    if len(text) + text.count(before) * len(after) > MAX_TEXT:
        raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")
    return text.replace(before, after)


@filtering("join")
def _join(run: Run, value: Any, between: Any = "", attribute: Any = None) -> str:
    members = members_of(run, value)
    texts = [plain(one if attribute is None else inner(one, attribute)) for one in members]
    glue = plain(between)
    if sum(map(len, texts)) + len(glue) * len(texts) > MAX_TEXT:
        raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")
    return glue.join(texts)


@filtering("urlencode")
def _urlencode(run: Run, value: Any) -> str:
    return quote(plain(value)[:MAX_TEXT], safe="")


@filtering("nl2br")
def _breaks(run: Run, value: Any) -> Markup:
    return Markup("<br>\n").join(quoted(line) for line in plain(value).splitlines())


@filtering("tojson")
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
        return [_data(run, one) for one in members_of(run, value)]
    return plain(value) if isinstance(value, str) else value


@filtering("abs")
def _abs(run: Run, value: Any) -> int | float:
    return abs(number(value))


@filtering("int")
def _int(run: Run, value: Any, other: Any = 0) -> int | float:
    try:
        return number(int(value if isinstance(value, int | float) else plain(value)[:30]))
    except ValueError:
        return number(other)


@filtering("float")
def _float(run: Run, value: Any, other: Any = 0.0) -> int | float:
    try:
        return number(float(value if isinstance(value, int | float) else plain(value)[:30]))
    except ValueError:
        return number(other)


@filtering("round")
def _round(run: Run, value: Any, places: Any = 0) -> int | float:
    made = round(number(value), min(10, max(0, int(number(places)))))
    return int(made) if not places else made


@filtering("money")
def _money(run: Run, value: Any, currency: Any = "") -> str:
    """Minor units as an amount: `{{ data.total|money }}`, in the shop's currency unless another is named."""
    return money(int(number(value)), plain(currency) or run.currency, run.language)


@filtering("number")
def _number(run: Run, value: Any) -> str:
    whole = f"{number(value):,}"
    marks = {"de": (".", ","), "pl": ("\u202f", ",")}.get(run.language, (",", "."))
    return whole.replace(",", "\0").replace(".", marks[1]).replace("\0", marks[0])


@filtering("date")
def _date(run: Run, value: Any) -> str:
    """A day as the reader expects it: `{{ data.expires_at|date }}`."""
    return date(moment_of(plain(value), run.zone), run.zone, run.language)


@filtering("time")
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
