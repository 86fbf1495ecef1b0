"""Use cases that pages call, without anything behind them."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


@dataclass
class FakeUseCases:
    """A class of these has a method for each use case. `refusal` is raised by those that write; `written` is what they were
    given."""

    written: list[Any] = field(default_factory=list)
    refusal: Exception | None = None

    def _write(self, what: Any, answer: T) -> T:
        if self.refusal is not None:
            raise self.refusal
        self.written.append(what)
        return answer

    def _stand_in(self, monkeypatch: pytest.MonkeyPatch, capability: ModuleType) -> None:
        """Have the capability's names lead here for a test."""
        for name in dir(type(self)):
            if not name.startswith("_") and callable(getattr(self, name)):
                monkeypatch.setattr(capability, name, getattr(self, name), raising=False)
