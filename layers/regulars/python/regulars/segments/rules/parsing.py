"""Making a rule of what people send. Every fault is told, each with a pointer to its place and in words for people.

How deep and how large the tree is gets measured first and without recursion, so that nothing hostile reaches what descends.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from regulars.kernel.errors import Fault, InvalidError
from regulars.segments.rules.checking import Checker
from regulars.segments.rules.nodes import MAX_CONDITIONS, MAX_DEPTH, Rule
from regulars.segments.rules.vocabulary import Vocabulary

_REFUSED = "the rule cannot be accepted"
_MAX_FAULTS = 100
# The places of parts of which there are several sorts. Pydantic names the sort after each of them.
_VARIED = frozenset({"root", "is", "window", "measure"})


def parse_rule(data: Any, vocabulary: Vocabulary, *, at: str = "/rule") -> Rule:
    """The rule that `data` (JSON) is. Raises InvalidError, its pointers beginning with `at`."""
    if fault := _too_large(data):
        raise InvalidError(_REFUSED, [Fault(at + fault.pointer, fault.detail)])
    try:
        rule = Rule.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = dict.fromkeys(_fault(one, at) for one in found[:_MAX_FAULTS])
        raise InvalidError(_REFUSED, list(faults)) from None
    checker = Checker(vocabulary)
    root = checker.checked(rule.root, f"{at}/root")
    if checker.faults:
        raise InvalidError(_REFUSED, checker.faults[:_MAX_FAULTS])
    return rule.model_copy(update={"root": root})


def _too_large(data: Any) -> Fault | None:
    """The fault of a tree that is too deep or has too many conditions."""
    waiting = [(data.get("root"), "/root", 1)] if isinstance(data, dict) else []
    conditions = 0
    while waiting:
        node, pointer, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return Fault(pointer, f"is nested too deeply: {MAX_DEPTH} levels at the most")
        of = node.get("of") if isinstance(node, dict) else None
        if isinstance(of, dict):
            waiting.append((of, f"{pointer}/of", depth + 1))
        elif isinstance(of, list) and of:
            parts = enumerate(of[: MAX_CONDITIONS + 1])
            waiting += [(part, f"{pointer}/of/{place}", depth + 1) for place, part in parts]
        else:
            conditions += 1
        if conditions > MAX_CONDITIONS:
            return Fault("/root", f"may have {MAX_CONDITIONS} conditions at the most")
    return None


def _fault(error: Mapping[str, Any], at: str) -> Fault:
    place = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in _steps(error["loc"]))
    if error["type"] == "union_tag_invalid" and error["ctx"]["discriminator"] == "'operator'":
        place += "/operator"
    return Fault(at + place, _detail(error))


def _steps(loc: tuple[int | str, ...]) -> Iterator[int | str]:
    """The way through the JSON: `loc` without the names of sorts that are not on it."""
    steps = iter(loc)
    before: int | str = ""
    for step in steps:
        if before == "of" and isinstance(step, str):
            # The one part of a `not` is followed by its sort at once.
            before = step
            continue
        yield step
        varied = step in _VARIED or (before == "of" and isinstance(step, int))
        before = next(steps, "") if varied else step


def _detail(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    template = _DETAILS.get(error["type"])
    if error["type"] == "value_error":
        return str(context["error"])
    return template.format(**context) if template else str(error["msg"])


_DETAILS = {
    "missing": "is needed",
    "extra_forbidden": "is not known here",
    "union_tag_invalid": "there is no {tag!r}: must be one of {expected_tags}",
    "union_tag_not_found": "needs {discriminator}",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_type": "must be text",
    "string_unicode": "contains a character that is not allowed",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "too_short": "needs {min_length} at least",
    "too_long": "may have {max_length} at the most",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
