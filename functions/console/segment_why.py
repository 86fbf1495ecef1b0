"""Why a customer is in a segment, or is not: the rule's explanation with values as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from console.formats import money, number
from console.people import name_of
from console.segment_texts import Speech
from console.web import Request
from regulars import segments as catalogue
from regulars.customers import Facts, facts_of_many, is_customer_id, search_customers
from regulars.segments import Segment
from regulars.segments.rules import Explanation
from regulars.segments.rules.values import ValueType

Json = Mapping[str, Any]
_CHOICES = 6


@dataclass(frozen=True)
class Why:
    """One condition: whether it holds, what it asks and what was seen; of a group what is below it."""

    matches: bool
    text: str
    seen: str = ""
    children: tuple["Why", ...] = ()


@dataclass(frozen=True)
class Choice:
    """One of several customers who may be meant."""

    id: str
    name: str
    sub: str


@dataclass(frozen=True)
class Lookup:
    """What is known of one customer and a segment; or who may be meant."""

    id: str = ""
    name: str = ""
    member: bool = False
    since: datetime | None = None
    next_change: datetime | None = None
    stale: bool = False
    why: Why | None = None
    choices: tuple[Choice, ...] = field(default=())


def look_up(request: Request, found: Segment, text: str, speech: Speech) -> Lookup:
    """Why the customer who is meant by `text` is in the segment or not: an id, or the beginning of a name or an address."""
    known = _meant(request, text)
    if len(known) > 1:
        return Lookup(choices=tuple(Choice(one.customer_id, name_of(one), one.email or "") for one in known))
    if not known:
        return Lookup()
    facts = known[0]
    told = catalogue.explain(request.tenant, found.id, facts.customer_id, now=request.call.now)
    if told.explanation is None or found.rule is None:
        why = Why(told.member, "Is on the list" if told.member else "Is not on the list")
    else:
        why = why_of(told.explanation, found.rule, speech)
    return Lookup(
        facts.customer_id, name_of(facts), told.member, told.since, told.next_change, told.stale, why
    )


def _meant(request: Request, text: str) -> list[Facts]:
    if is_customer_id(text):
        return list(facts_of_many(request.tenant, [text]).values())
    return search_customers(request.tenant, text).items[:_CHOICES] if len(text) >= 2 else []


def why_of(found: Explanation, rule: Json, speech: Speech) -> Why:
    """The explanation in words; its pointers lead to the conditions of the rule that it explains."""
    node = _at(rule, found.pointer)
    children = tuple(why_of(child, rule, speech) for child in found.children)
    if len(children) == 1 and node["type"] in {"all", "any"}:
        return children[0]
    text = speech.point(node)
    return Why(found.matches, text, "" if children else _seen(found.seen, node, speech), children)


def _at(rule: Json, pointer: str) -> Json:
    """What stands at a JSON pointer into `{"rule": …}` or into the rule itself."""
    here: Any = rule
    for part in pointer.removeprefix("/rule").strip("/").split("/"):
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here  # type: ignore[no-any-return]


def _seen(seen: Any, node: Json, speech: Speech) -> str:
    """What was found: `£612.50`, `3 times`, `nothing known`."""
    if node["type"] == "segment":
        return ""
    kind = _type(node, speech)
    if seen is None:
        return "not known"
    if isinstance(seen, bool):
        return "yes" if seen else "no"
    if isinstance(seen, frozenset | set | list | tuple):
        return ", ".join(sorted(map(str, seen))) or "none"
    if node["type"] == "event" and node.get("measure", {}).get("what", "count") in {"count", "days"}:
        noun = "day" if node.get("measure", {}).get("what") == "days" else "time"
        return f"{number(seen)} {noun}{'' if seen == 1 else 's'}"
    return _written(seen, kind, speech)


def _written(seen: Any, kind: ValueType, speech: Speech) -> str:
    if isinstance(seen, int | float):
        return money(round(seen), speech.currency) if kind is ValueType.MONEY else number(round(seen, 2))
    return speech.value(seen, kind) if kind in {ValueType.MOMENT, ValueType.DAY} else str(seen)


def _type(node: Json, speech: Speech) -> ValueType:
    """Of what type the value is that a condition looks at."""
    if node["type"] == "field":
        known = speech.vocabulary.field(node["field"])
        return known.type if known else ValueType.ANY
    measure = node.get("measure", {"what": "count"})
    if measure["what"] in {"first", "last"}:
        return ValueType.MOMENT
    kind = speech.vocabulary.kind(node["events"][0])
    found = {one.name: one.type for one in kind.properties} if kind else {}
    return found.get(measure.get("property", ""), ValueType.NUMBER)
