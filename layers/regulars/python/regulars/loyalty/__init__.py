"""Loyalty: programs, earning, and the points ledger of each member (LOY-1 to LOY-4).

The use cases are imported when they are first named, so that a function pays for those alone that it uses.
"""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

__all__: list[str] = []

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, {})
