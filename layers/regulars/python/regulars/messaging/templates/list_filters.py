"""The filters of lists: whoever goes through one pays for its members."""

from typing import Any

from regulars.messaging.templates.faults import MAX_LIST
from regulars.messaging.templates.filtering import FILTERS, filtering, inner, members_of, order_of
from regulars.messaging.templates.missing import Missing
from regulars.messaging.templates.running import Run, item, number, plain

__all__ = ["FILTERS"]


@filtering("length", "count")
def _length(run: Run, value: Any) -> int:
    return 0 if value is None or isinstance(value, Missing) else len(value)


@filtering("first")
def _first(run: Run, value: Any) -> Any:
    return item(members_of(run, value), 0)


@filtering("last")
def _last(run: Run, value: Any) -> Any:
    return item(members_of(run, value), -1)


@filtering("list")
def _list(run: Run, value: Any) -> list[Any]:
    return members_of(run, value)


@filtering("items")
def _items(run: Run, value: Any) -> list[tuple[Any, Any]]:
    run.spend(len(value))
    return list(value.items()) if isinstance(value, dict) else _no_list()


def _no_list() -> Any:
    raise TypeError


@filtering("reverse")
def _reverse(run: Run, value: Any) -> Any:
    return plain(value)[::-1] if isinstance(value, str) else members_of(run, value)[::-1]


@filtering("sort")
def _sort(run: Run, value: Any, reverse: Any = False, attribute: Any = None) -> list[Any]:
    members = members_of(run, value)
    return sorted(
        members,
        key=lambda one: order_of(one if attribute is None else inner(one, attribute)),
        reverse=bool(reverse),
    )


@filtering("unique")
def _unique(run: Run, value: Any, attribute: Any = None) -> list[Any]:
    found: dict[str, Any] = {}
    for one in members_of(run, value):
        found.setdefault(plain(one if attribute is None else inner(one, attribute)).casefold(), one)
    return list(found.values())


@filtering("map")
def _map(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [inner(one, attribute) for one in members_of(run, value)]


@filtering("selectattr")
def _select(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [one for one in members_of(run, value) if inner(one, attribute)]


@filtering("rejectattr")
def _reject(run: Run, value: Any, attribute: Any) -> list[Any]:
    return [one for one in members_of(run, value) if not inner(one, attribute)]


@filtering("batch")
def _batch(run: Run, value: Any, size: Any) -> list[list[Any]]:
    members, length = members_of(run, value), int(number(size))
    if not 1 <= length <= MAX_LIST:
        raise ValueError
    return [members[start : start + length] for start in range(0, len(members), length)]


@filtering("sum")
def _sum(run: Run, value: Any, attribute: Any = None) -> int | float:
    members = members_of(run, value)
    return number(sum(number(one if attribute is None else inner(one, attribute)) for one in members))


@filtering("min")
def _min(run: Run, value: Any) -> Any:
    return min(members_of(run, value), key=order_of)


@filtering("max")
def _max(run: Run, value: Any) -> Any:
    return max(members_of(run, value), key=order_of)
