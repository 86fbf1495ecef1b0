"""How a figure is printed: value, unit, and, where there is a baseline, the ratio to it and the bar."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    ratio: float | None = None
    bar: float | None = None

    def line(self) -> str:
        text = f"{self.name:<58} {self.value:>12,.1f} {self.unit:<10}"
        if self.ratio is not None:
            text += f" {self.ratio:6.2f}x of the baseline"
        if self.bar is not None:
            seen = self.ratio if self.ratio is not None else self.value
            text += f" (bar {self.bar:g}: {'met' if seen <= self.bar else 'MISSED'})"
        return text
