"""Writing Python: a rule becomes one function, with nothing left to look up or decide but the customer's values.

Only names made here and literals of plain numbers get into the text; every other constant, all text of people's among them, is
bound to a name.
"""

from collections.abc import Callable
from typing import Any

from regulars.segments.rules.values import Millis

Binding = Callable[[Millis], Callable[[Any], bool]]


class Writer:
    """Collects what a piece of source needs: constants, what depends on the moment, functions."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {}
        self._prologue: list[str] = []
        self._count = 0

    def name(self, letter: str) -> str:
        """A name that is not in use."""
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: Any) -> str:
        """Source of a constant."""
        if type(value) is int or (type(value) is float and abs(value) <= 2.0**53):
            return repr(value)
        name = self.name("k")
        self._constants[name] = value
        return name

    def moment(self, of: Callable[[Millis], Any]) -> str:
        """The name of `of(now)`, worked out once for all documents judged at that moment."""
        name = self.name("b")
        self._prologue.append(f"{name} = {self.constant(of)}(now)")
        return name

    def function(self, parameters: str, lines: list[str]) -> str:
        """The name of a function with these lines as its body."""
        name = self.name("f")
        self._prologue += [f"def {name}({parameters}):", *(f"    {line}" for line in lines)]
        return name

    def text(self, parameter: str, lines: list[str]) -> str:
        """The whole source of `at`; `lines` are the body of the function that it returns."""
        body = [f"    {line}" for line in self._prologue]
        inner = [f"        {line}" for line in lines]
        return "\n".join(["def at(now):", *body, f"    def judge({parameter}):", *inner, "    return judge"])

    def build(self, parameter: str, lines: list[str]) -> Binding:
        """A function that binds a moment and gives the function of `parameter` whose body is `lines`."""
        names = dict(self._constants)
        exec(compile(self.text(parameter, lines), "<rule>", "exec"), names)  # noqa: S102 - see above
        binding: Binding = names["at"]
        return binding
