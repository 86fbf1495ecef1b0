"""A form between the person and the service: what was typed, and what was refused about which field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.kernel.errors import RegularsError


@dataclass(frozen=True)
class Form:
    """`values` by field name; `errors` by field name, from the faults' JSON pointers; `problem` is about the whole."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def refused(self, error: RegularsError, fields: Mapping[str, str] | None = None) -> "Form":
        """This form with the error's faults at their fields.

        `fields` says which field shows a pointer whose first part is not the field's name (`emails` → `email`).
        What points at no field of the form becomes the problem on top.
        """
        names = fields or {}
        errors: dict[str, str] = {}
        rest: list[str] = []
        for fault in error.faults:
            part = fault.pointer.strip("/").partition("/")[0]
            name = names.get(part, part)
            if name in self.values:
                errors.setdefault(name, _sentence(fault.detail))
            else:
                rest.append(f"{part}: {fault.detail}" if part else fault.detail)
        problem = "; ".join(rest) or ("" if errors else error.detail)
        return Form(self.values, errors, _sentence(problem))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
