"""Sums of a campaign for lists and tiles, and how rates are written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sums:
    """Of all channels; `reached` is what rates are shares of: the delivered, or the sent where nothing tells of deliveries."""

    planned: int = 0
    handled: int = 0
    sent: int = 0
    reached: int = 0
    opened: int = 0
    clicked: int = 0
    revenue: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int], planned: int, attribution: str = "last") -> "Sums":
        """From counters by measure."""
        return cls(
            planned,
            counts.get("handled", 0),
            counts.get("sent", 0),
            counts.get("delivered", 0) or counts.get("sent", 0),
            counts.get("opened", 0),
            counts.get("clicked", 0),
            counts.get(f"revenue_{attribution}", 0),
        )

    @property
    def percent(self) -> float:
        return min(100 * self.handled / self.planned, 100) if self.planned else 0


def rate_text(part: int, whole: int) -> str:
    """`12.3%`; small rates keep what tells them apart."""
    if not whole:
        return "—"
    percent = 100 * part / whole
    return f"{percent:.2f}%" if 0 < percent < 1 else f"{percent:.1f}%"
