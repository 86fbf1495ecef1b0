"""One rendering: what the rewritten code of a template calls, and what it has left to spend.

Every loop is charged when it begins, with all its passes and the fixed text in them; every text that is shown, and every value
that grows, when it is made. So there is no way to run long that is not counted, and nothing has to be interrupted.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from time import thread_time
from typing import Any

from markupsafe import Markup, escape

from regulars.messaging.templates.faults import (
    MAX_LIST,
    MAX_NUMBER,
    MAX_OUTPUT,
    MAX_PASSES,
    MAX_SECONDS,
    MAX_TEXT,
    TemplateError,
)
from regulars.messaging.templates.links import Links, web_address
from regulars.messaging.templates.missing import Missing, missing

# Control characters except tab and line break, and halves of surrogate pairs: no mail may have them.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPECIAL = re.compile("[&<>\"']")
_NO_ITEM: Any = object()
_PIXEL = 'width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px;"'


@dataclass(slots=True)
class Run:
    """What is left to spend, where links come from, and which values were asked for and not there."""

    context: Mapping[str, Any]
    links: Links
    missing: set[str] = field(default_factory=set)
    passes: int = MAX_PASSES
    output: int = MAX_OUTPUT
    ends: float = field(default_factory=lambda: thread_time() + MAX_SECONDS)

    @property
    def language(self) -> str:
        return str(self._said("message", "language") or "en")

    @property
    def currency(self) -> str:
        return str(self._said("shop", "currency") or "EUR")

    @property
    def zone(self) -> str:
        return str(self._said("shop", "time_zone") or "UTC")

    def _said(self, root: str, name: str) -> Any:
        return (self.context.get(root) or {}).get(name)

    def in_time(self) -> None:
        if thread_time() > self.ends:
            raise TemplateError("it takes too long")

    def shown(self, size: int) -> None:
        self.output -= size
        if self.output < 0:
            raise TemplateError(f"it makes more than {MAX_OUTPUT:,} characters")

    def each(self, members: Any, fixed: int) -> Any:
        """What a loop goes through: all passes are paid for at once, and the `fixed` characters in each."""
        if isinstance(members, Missing):
            self.missing.add(members.path)
            return ()
        if members is None:
            return ()
        if not isinstance(members, list | tuple | dict | range):
            raise TemplateError("a loop goes through a list, and this is none")
        self.spend(len(members))
        self.shown(len(members) * fixed)
        return members

    def spend(self, passes: int) -> None:
        """Pay for going through so many members."""
        self.passes -= passes
        if self.passes < 0:
            raise TemplateError(f"all loops together make more than {MAX_PASSES:,} passes")
        self.in_time()

    def text(self, value: Any, path: str = "") -> str:
        """A value as it is shown, before anything is escaped."""
        if value.__class__ is not str:
            value = self._as_text(value, path)
        elif not value and path:
            self.missing.add(path)
        self.output -= len(value)
        if self.output < 0:
            self.shown(0)
        return value if value.isprintable() else _UNWANTED.sub("", value)

    def _as_text(self, value: Any, path: str) -> str:
        if isinstance(value, str):
            return str(value)
        if value is None or isinstance(value, Missing):
            told = path or (value.path if value is not None else "")
            if told:
                self.missing.add(told)
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(number(value))
        raise TemplateError(f"{path or 'this'} is a list or an object, which cannot be shown as it is")

    def html(self, value: Any, path: str = "") -> str:
        text = self.text(value, path)
        return text if value.__class__ is Markup or not _SPECIAL.search(text) else str(escape(text))

    def line(self, value: Any, path: str = "") -> str:
        text = self.text(value, path)
        return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)

    def json(self, value: Any, path: str = "") -> str:
        text = self.text(value, path)
        return text if value.__class__ is Markup else json.dumps(text, ensure_ascii=False)[1:-1]

    def link(self, kind: str) -> str:
        made: str = getattr(self.links, kind)()
        return made

    def pixel(self) -> Markup:
        """The picture that tells of an opening, or nothing."""
        address = self.links.pixel()
        return Markup(f'<img src="{escape(address)}" {_PIXEL}>') if address else Markup("")  # noqa: S704

    def click(self, number: int, url: Any = _NO_ITEM) -> str:
        """The address to put for link `number`; `url` is where it leads, if only this rendering knows. What is no address of the
        web is put as it is if it is harmless."""
        if url is _NO_ITEM:
            return self.links.click(number, None)
        address = plain(url).strip() if url.__class__ is not str else url.strip()
        if not address:
            self.missing.add(f"link {number}")
        if web_address(address):
            return self.links.click(number, address)
        return address if address.startswith(("mailto:", "tel:", "sms:")) else ""

    def in_segment(self, segment_id: str) -> bool:
        return segment_id in (self._said("message", "segments") or ())

    def shows(self, name: str) -> bool:
        return name in (self._said("message", "shown") or ())

    def join(self, *values: Any) -> str:
        """`a ~ b`."""
        texts = [plain(value) for value in values]
        return self.bounded("".join(texts)) if sum(map(len, texts)) <= MAX_TEXT else _too_long()

    def bounded(self, text: str) -> str:
        if len(text) > MAX_TEXT:
            _too_long()
        self.in_time()
        return text

    def reckon(self, sign: str, left: Any, right: Any) -> Any:
        """`left + right` and so on: numbers, except that texts and lists can be added."""
        if isinstance(left, Missing) or isinstance(right, Missing):
            return left if isinstance(left, Missing) else right
        if sign == "+" and isinstance(left, str) and isinstance(right, str):
            return self.join(left, right)
        return number(_SIGNS[sign](number(left), number(right)))

    def span(self, *bounds: Any) -> range:
        """`range(…)`."""
        made = range(*(_whole(bound) for bound in bounds))
        if len(made) > MAX_LIST:
            raise TemplateError(f"a range has {MAX_LIST:,} members at the most")
        return made


_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}


def _too_long() -> Any:
    raise TemplateError(f"a text on the way has more than {MAX_TEXT:,} characters")


def number(value: Any) -> int | float:
    """A number of sensible size. Raises TemplateError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TemplateError("this is reckoned with, and is no number")
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise TemplateError("a number is too large")
    return value


def _whole(value: Any) -> int:
    made = number(value)
    if not isinstance(made, int):
        raise TemplateError("this is to be a whole number")
    return made


def plain(value: Any) -> str:
    """A value as plain text, for what is put together or sought in."""
    if isinstance(value, Markup):
        return unescape(str(value))
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Missing):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(number(value))
    raise TemplateError("a list or an object is used as text")


def item(holder: Any, name: Any, path: str = "") -> Any:
    """`holder.name`, of dictionaries and lists alone: nothing else has any parts."""
    if holder.__class__ is dict and (name.__class__ is str or name.__class__ is int):
        return holder[name] if name in holder else missing(path or str(name))
    if isinstance(holder, list | tuple | range) and name.__class__ is int:
        return holder[name] if -len(holder) <= name < len(holder) else missing(path)
    return missing(path or (holder.path if isinstance(holder, Missing) else ""))


def part(holder: Any, start: Any, stop: Any, step: Any) -> Any:
    """`holder[start:stop:step]` of texts and lists."""
    if isinstance(holder, Missing):
        return holder
    if not isinstance(holder, str | list | tuple | range):
        raise TemplateError("only a part of a text or a list can be taken")
    bounds: Sequence[Any] = (start, stop, step)
    return holder[slice(*(None if one is None else _whole(one) for one in bounds))]
