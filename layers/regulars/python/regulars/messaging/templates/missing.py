"""What stands for a value that is not there: empty, false, less than nothing, and known by its path."""

from typing import Any

from jinja2 import Undefined


class Missing(Undefined):
    """Shown as nothing and noted as missing. Comparing with it is false, whatever the other side is."""

    __slots__ = ()

    @property
    def path(self) -> str:
        return str(self._undefined_name or "")

    def _less(self, other: Any) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _less  # type: ignore[assignment]


def missing(path: str) -> Missing:
    """A value that is not there under `path`."""
    return Missing(name=path)
