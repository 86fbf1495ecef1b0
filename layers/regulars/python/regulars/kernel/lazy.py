"""Public names that are imported when they are first used.

A capability's `__init__` names what others may use; importing one name must not cost the import of all its rooms, because a
function pays for that at every cold start.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, rooms: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` (PEP 562) of `package`; `rooms` says which module holds which names, separated by spaces."""
    room_of = {name: room for room, names in rooms.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in room_of:
            raise AttributeError(f"{package} has no public name {name!r}")
        return getattr(import_module(f"{package}.{room_of[name]}"), name)

    return find
