"""A step of taking an import back, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

CHANGED = "others have changed it since"
# What a step answers: why a thing stays, None when it is gone or as before, NOT_OURS when the import had not made it.
Left = str | None
NOT_OURS = ""


@dataclass(frozen=True, slots=True)
class Step:
    """`what` and `name` say of what; `run` takes it away, or with `removes` false gives it its previous values.
    Steps of one lane are done one after the other: they would be in each other's way."""

    what: str
    name: str
    run: Callable[[], Left]
    removes: bool = True
    lane: str = ""
