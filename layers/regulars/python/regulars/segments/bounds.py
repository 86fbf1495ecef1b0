"""What of a rule can be told without history: who can match it at all, and who surely does. Pure."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def without_history(rule: Json, *, possible: bool) -> dict[str, Any] | bool:
    """The rule with its conditions on history taken for granted in the way that lets most customers match (`possible`), or
    fewest; True or False where nothing else is left. Whoever does not match the first cannot match the rule, whoever matches
    the second surely does."""
    root = _bound(rule["root"], possible)
    return root if isinstance(root, bool) else {"version": rule["version"], "root": root}


def _bound(node: Json, possible: bool) -> dict[str, Any] | bool:
    match node["type"]:
        case "event":
            return possible
        case "not":
            inner = _bound(node["of"], not possible)
            return {"type": "not", "of": inner} if not isinstance(inner, bool) else not inner
        case "all" | "any":
            return _group(node, possible)
        case _:
            return dict(node)


def _group(node: Json, possible: bool) -> dict[str, Any] | bool:
    deciding: bool = node["type"] == "any"
    parts = [_bound(part, possible) for part in node["of"]]
    if any(part is deciding for part in parts):
        return deciding
    rest = [part for part in parts if not isinstance(part, bool)]
    return {"type": node["type"], "of": rest} if rest else not deciding
