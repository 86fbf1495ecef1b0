"""The library: templates that every tenant has without making them, in English, German and Polish (AUT-6)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.messaging.library.letters import Entry
    from regulars.messaging.library.shelf import LIBRARY_VERSION, library_compiled, library_entries

__all__ = ["LIBRARY_VERSION", "Entry", "library_compiled", "library_entries"]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {"letters": "Entry", "shelf": "LIBRARY_VERSION library_compiled library_entries"},
    )
