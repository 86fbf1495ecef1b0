"""What can be wrong with a template, and the limits it runs under. Pure."""

from regulars.kernel.errors import Fault, InvalidError

# Characters of one source, and of all that stands between `{{ }}` and `{% %}` in it; how many of these there may be.
MAX_SOURCE = 400_000
MAX_CODE = 60_000
MAX_CODES = 2_000
# How deep blocks and expressions may be nested.
MAX_DEPTH = 40
# For one rendering of one content: passes of all loops together, characters of output, seconds.
MAX_PASSES = 10_000
MAX_OUTPUT = 1_000_000
MAX_SECONDS = 0.5
# Of any value on the way: characters of a text, members of a list, size of a number.
MAX_TEXT = 100_000
MAX_LIST = 10_000
MAX_NUMBER = 10**15


class TemplateError(InvalidError):
    """A template that cannot be compiled or rendered; `line` counts from 1, 0 when it is of no particular line."""

    def __init__(self, detail: str, line: int = 0, pointer: str = "") -> None:
        told = f"{detail} (line {line})" if line else detail
        super().__init__(told, [Fault(pointer, told)] if pointer else ())
        self.what = detail
        self.line = line
        self.pointer = pointer

    def at(self, *, line: int = 0, pointer: str = "") -> "TemplateError":
        """The same, with the place where it happened as far as that was not known yet."""
        return TemplateError(self.what, self.line or line, self.pointer or pointer)
