"""What a partial is to those who write it, and who uses it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from regulars.messaging.partials.source import Kind, PartialText


@dataclass(frozen=True, slots=True)
class PartialUse:
    """A template or another partial that uses a partial, itself or through others.

    `draft` says that what is being written includes it: such a use stands in the way of deleting it. `published` is the number of
    the template's version that has it in it, 0 if it is not in what is sent; `older` that it has other texts there than now.
    `changed` and `archived` are the template's own.
    """

    kind: Literal["template", "partial"]
    id: str
    name: str
    draft: bool = True
    published: int = 0
    older: bool = False
    changed: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Partial:
    """`key` is what templates include it by. `revision` is another whenever its texts are, `version` counts edits. Lists leave
    out the texts and who uses it; `includes` are the partials that it includes itself."""

    key: str
    name: str
    description: str
    languages: tuple[str, ...]
    kinds: tuple[Kind, ...]
    includes: tuple[str, ...]
    revision: str
    created_at: datetime
    created_by: str
    updated_at: datetime
    contents: Mapping[str, PartialText] = field(default_factory=dict)
    used_by: tuple[PartialUse, ...] = ()
    version: int = 1
