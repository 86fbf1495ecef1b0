"""Text without case, remembered: the same few countries, languages and tags come again with every customer."""

from typing import TypeVar

_T = TypeVar("_T", str, frozenset[str])
_MAX_REMEMBERED = 4096


class _Folded(dict[_T, _T]):
    """What is asked for without case. Forgets everything once it has become large."""

    def __missing__(self, value: _T) -> _T:
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        found = self[value] = _fold(value)
        return found


def _fold(value: _T) -> _T:
    return value.casefold() if isinstance(value, str) else frozenset(one.casefold() for one in value)


FOLDED: _Folded[str] = _Folded()
FOLDED_SETS: _Folded[frozenset[str]] = _Folded()
