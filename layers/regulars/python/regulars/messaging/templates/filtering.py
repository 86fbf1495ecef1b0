"""How filters are declared and called.

A filter is called with the rendering (`running.Run`), the value and its arguments. A value that is not there goes through most
of them as it is.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.missing import Missing
from regulars.messaging.templates.running import Run, item, plain

Filter = Callable[..., Any]
# Asked of a value's absence, so that they are told of it too.
_OF_ABSENCE = frozenset({"default", "d", "length", "count", "tojson", "list", "join", "first", "last", "sum"})
FILTERS: dict[str, Filter] = {}


def filtering(*names: str) -> Callable[[Filter], Filter]:
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


def members_of(run: Run, value: Any) -> list[Any]:
    """The members of a list, which are paid for."""
    if value is None or isinstance(value, Missing):
        return []
    if not isinstance(value, list | tuple | dict | range):
        raise TypeError
    run.spend(len(value))
    return list(value)


def inner(member: Any, path: Any) -> Any:
    for name in plain(path).split("."):
        member = item(member, int(name) if name.isdigit() else name)
    return member


def order_of(value: Any) -> tuple[int, Any]:
    """Sorts numbers before texts before everything else."""
    if isinstance(value, int | float):
        return 0, value
    return (1, plain(value).casefold()) if isinstance(value, str) else (2, "")
