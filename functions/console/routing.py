"""The console's own routes: one API Gateway route leads here, and the path decides among pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from console.web import Reply, Request
from regulars.kernel.errors import BrokenError
from regulars.kernel.permissions import Permission

Show = Callable[[Request], Reply]
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `path` has parameters in braces, each one segment of the address."""

    method: str
    path: str
    show: Show
    permission: Permission
    pattern: re.Pattern[str]

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Pages:
    """The pages of one area; `include` gathers them."""

    table: dict[str, Page] = field(default_factory=dict)

    def page(self, method: str, path: str, *, permission: Permission) -> Callable[[Show], Show]:
        """Declare a page and what a caller needs to see or use it."""

        def declare(show: Show) -> Show:
            pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path))
            made = Page(method, path, show, permission, pattern)
            if made.key in self.table:
                raise BrokenError(f"{made.key} is declared twice")
            self.table[made.key] = made
            return show

        return declare

    def get(self, path: str, *, permission: Permission) -> Callable[[Show], Show]:
        return self.page("GET", path, permission=permission)

    def post(self, path: str, *, permission: Permission) -> Callable[[Show], Show]:
        return self.page("POST", path, permission=permission)

    def include(self, *others: "Pages") -> None:
        for other in others:
            self.table |= other.table

    def find(self, method: str, path: str) -> tuple[Page, dict[str, str]] | None:
        """The page at an address and its parameters; an address written out wins over one with parameters."""
        path = path.rstrip("/") or "/"
        if exact := self.table.get(f"{method} {path}"):
            return exact, {}
        for page in self.table.values():
            if page.method == method and (found := page.pattern.fullmatch(path)):
                return page, found.groupdict()
        return None
