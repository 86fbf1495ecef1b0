"""How big a segment was in its recent past, and what of that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.formats import number
from regulars.segments import FlowDay

SPARK_DAYS = 30
CHANGE_DAYS = 7


@dataclass(frozen=True)
class Past:
    """One entry a day, oldest first, the last of them today."""

    days: Sequence[FlowDay]

    @property
    def points(self) -> tuple[float, ...]:
        return tuple(float(day.size) for day in self.days)

    @property
    def entered(self) -> int:
        return sum(day.entered for day in self.days)

    @property
    def left(self) -> int:
        return sum(day.left for day in self.days)

    def change(self, days: int = CHANGE_DAYS) -> int | None:
        """By how much the size moved over the last `days`; None of a segment that is younger."""
        return self.days[-1].size - self.days[-1 - days].size if len(self.days) > days else None

    def told(self) -> str:
        """The curve in words."""
        if not self.days:
            return "No history yet"
        first, last = self.days[0], self.days[-1]
        return f"From {number(first.size)} on {first.day:%-d %b} to {number(last.size)} today"
