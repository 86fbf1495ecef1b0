"""The tenant of a piece of work. Made only from what was verified: a caller, an envelope, a job or timer item.

`tests/architecture` checks that nothing outside the kernel calls the constructors' private parts, and no function
takes a tenant as bare text.
"""

import re
from dataclasses import dataclass

from regulars.kernel.errors import BrokenError

_FORM = re.compile(r"ten_[0-9A-HJKMNP-TV-Z]{26}\Z")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose data this is. `partition` is the only way from here to a key of the table."""

    id: str

    def __post_init__(self) -> None:
        if not _FORM.match(self.id):
            raise BrokenError("a tenant id of the wrong form")

    def partition(self, *parts: str) -> str:
        """A partition key `T#<tenant>#part#part…`; separators inside parts are escaped."""
        key = "#".join(("T", self.id, *parts))
        if "%" in key or key.count("#") > len(parts) + 1:
            return "#".join(("T", self.id, *map(escape, parts)))
        return key


def tagged_tenant(text: str) -> Tenant | None:
    """The tenant whose id we gave a provider along with a message and have back from it; None for any other text. What comes
    back came over a way that only the provider can write to: a queue of ours, or a verified signature."""
    return Tenant(text) if _FORM.match(text) else None


def system_partition(*parts: str) -> str:
    """A partition `S#part#part…` outside all tenants: the list of tenants, the look-up of a key. Never reached by a request's
    parameters."""
    return "#".join(("S", *map(escape, parts)))


def escape(part: str) -> str:
    """`part` so that it can stand between `#` in a key without being taken for two parts."""
    return part.replace("%", "%25").replace("#", "%23") if "#" in part or "%" in part else part
