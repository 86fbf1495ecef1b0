"""What is to go wrong next, so that people and tests can see it: each fault a number of times."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Faults:
    """How many of the next calls: are throttled; are carried out without an answer; are refused; are answered after the
    caller has given up; fail inside the provider; find sending paused."""

    throttle: int = 0
    lose_answers: int = 0
    reject: int = 0
    stall: int = 0
    fail: int = 0
    pause: int = 0

    def change(self, wanted: dict[str, Any]) -> None:
        """Sets what is named. Raises ValueError for anything but counts of known faults."""
        known = {one.name for one in fields(self)}
        for name, count in wanted.items():
            if name not in known or not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise ValueError(f"send counts of {', '.join(sorted(known))}")
        for name, count in wanted.items():
            setattr(self, name, count)

    def take(self) -> str:
        """The fault of this call, which is one less from now on; empty when it is to go well."""
        for name in ("throttle", "pause", "reject", "fail", "stall", "lose_answers"):
            if left := getattr(self, name):
                setattr(self, name, left - 1)
                return name
        return ""
