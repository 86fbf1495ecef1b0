"""Rules in plain English: one sentence for a list, an outline for a page; and the values that conditions speak of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.formats import money, number
from regulars.segments.rules import Vocabulary
from regulars.segments.rules.values import ValueType

Json = Mapping[str, Any]
PERIODS = {
    "today": "today",
    "yesterday": "yesterday",
    "this_week": "this week",
    "last_week": "last week",
    "this_month": "this month",
    "last_month": "last month",
    "this_quarter": "this quarter",
    "last_quarter": "last quarter",
    "this_year": "this year",
    "last_year": "last year",
}
_ONE_VALUE = {
    "equals": "is {}",
    "not_equals": "is not {}",
    "contains": "contains {}",
    "not_contains": "does not contain {}",
    "starts_with": "starts with {}",
    "ends_with": "ends with {}",
    "at_least": "is at least {}",
    "at_most": "is at most {}",
    "greater_than": "is more than {}",
    "less_than": "is less than {}",
    "before": "is before {}",
    "after": "is {} or later",
    "on": "is on {}",
}
_MANY_VALUES = {
    "one_of": ("is {}", "or"),
    "none_of": ("is none of {}", "or"),
    "contains_any": ("includes {}", "or"),
    "contains_all": ("includes {}", "and"),
    "contains_none": ("includes none of {}", "or"),
}
_SPANS = {
    "within_last": "is within the last {}",
    "more_than_ago": "is more than {} ago",
    "within_next": "is within the next {}",
    "more_than_ahead": "is more than {} ahead",
}
_COUNTS = {
    "at_least": "at least {}",
    "at_most": "at most {}",
    "equals": "exactly {}",
    "greater_than": "more than {}",
    "less_than": "fewer than {}",
}
_DAYS = {ValueType.MOMENT, ValueType.DAY}
# Kinds whose label has another subject than the customer, as they are said of customers.
_DID = {
    "order.cancelled": "had an order cancelled",
    "order.refunded": "were refunded",
    "order.status_changed": "had an order reach a status",
    "customer.tagged": "had their tags changed",
    "message.sent": "were sent a message",
    "message.not_sent": "were not sent a message",
    "wishlist.price_dropped": "saw a price on their wishlist drop",
}


@dataclass(frozen=True)
class Outline:
    """A condition in words, or a group: `heading` and what is below it."""

    heading: str
    children: tuple["Outline", ...] = ()


@dataclass(frozen=True)
class Speech:
    """What is needed to put a rule into words. `names` are the segments' by id."""

    vocabulary: Vocabulary
    currency: str
    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, rule: Json | None) -> str:
        """`Customers whose total spent is at least £500.00 and who placed an order at least 3 times in the last 90 days.`"""
        if rule is None:
            return "A list kept by hand."
        return f"Customers {self._clause(rule['root'], top=True)}."

    def point(self, node: Json) -> str:
        """One condition, without what is below it: `Total spent is at least £500.00`, `All of`."""
        text = self._point(node).heading
        return "Not" if node["type"] == "not" else text

    def outline(self, rule: Json) -> Outline:
        """The same as nested points."""
        return self._point(rule["root"])

    def _point(self, node: Json, negated: bool = False) -> Outline:
        match node["type"]:
            case "not":
                return self._point(node["of"], not negated)
            case "all" | "any":
                heads = {("all", False): "All of", ("any", False): "Any of", ("any", True): "None of"}
                heading = heads.get((node["type"], negated), "Not all of")
                if len(node["of"]) == 1:
                    return self._point(node["of"][0], negated)
                return Outline(heading, tuple(self._point(child) for child in node["of"]))
            case _:
                text = self._leaf(node)[1]
                return Outline(f"Not: {text}" if negated else text[:1].upper() + text[1:])

    def _clause(self, node: Json, top: bool = False) -> str:
        match node["type"]:
            case "not":
                return f"not those {self._clause(node['of'])}"
            case "all" | "any":
                word = " and " if node["type"] == "all" else " or "
                parts = [self._clause(child) for child in node["of"]]
                joined = word.join(parts)
                return joined if top or len(parts) == 1 else f"({joined})"
            case _:
                return "{} {}".format(*self._leaf(node))

    def _leaf(self, node: Json) -> tuple[str, str]:
        """`whose`, `total spent is at least £500.00`."""
        if node["type"] == "segment":
            name = self.names.get(str(node.get("segment")), "one that was deleted")
            return "who are", f"in the segment “{name}”"
        if node["type"] == "event":
            return "who", self._event(node)
        known = self.vocabulary.field(node["field"])
        label = _lowered(known.label) if known else str(node["field"])
        kind = known.type if known else ValueType.ANY
        return "whose", f"{label} {self.test(node['is'], kind)}"

    def _event(self, node: Json) -> str:
        kinds = [self.vocabulary.kind(name) for name in node["events"]]
        labels = [
            _DID.get(name) or (_lowered(kind.label) if kind else name)
            for kind, name in zip(kinds, node["events"], strict=True)
        ]
        what, kind = node.get("measure", {"what": "count"}), kinds[0]
        known = {one.name: one for one in kind.properties} if kind else {}
        filters = []
        for one in node.get("where", ()):
            found = known.get(one["property"])
            kind_of = found.type if found else ValueType.ANY
            filters.append(
                f"{_lowered(found.label) if found else one['property']} {self.test(one['is'], kind_of)}"
            )
        where = f", where {' and '.join(filters)}" if filters else ""
        when = self._window(node.get("window", {"type": "ever"}))
        did, test = _joined(labels, "or"), node.get("is", {"operator": "at_least", "value": 1})
        return self._measured(did, test, what, f"{when}{where}", known)

    def _measured(self, did: str, test: Json, what: Json, rest: str, known: Mapping[str, Any]) -> str:
        match what["what"]:
            case "count" | "days":
                return f"{_counted(did, test, what['what'])}{rest}"
            case "first" | "last":
                when = self.test(test, ValueType.MOMENT).removeprefix("is ")
                return f"{did} for the {what['what']} time {when}{rest}"
            case _:
                found = known.get(what.get("property", ""))
                kind = found.type if found else ValueType.NUMBER
                name = _lowered(found.label) if found else what.get("property", "")
                measure = "the sum of" if what["what"] == "sum" else "the average"
                return f"{did}{rest}, and {measure} {name} {self.test(test, kind)}"

    def _window(self, window: Json) -> str:
        match window["type"]:
            case "last":
                return f" in the last {_span(window)}"
            case "period":
                name = PERIODS.get(window["period"], window["period"])
                return f" {name}"
            case "between":
                start, end = (self.value(window.get(one), ValueType.MOMENT) for one in ("from", "to"))
                if not window.get("to"):
                    return f" since {start}"
                return f" between {start} and {end}" if window.get("from") else f" before {end}"
            case _:
                return ""

    def test(self, test: Json, kind: ValueType) -> str:
        """`is at least £500.00`."""
        operator = str(test.get("operator", ""))
        for table, write in self._forms:
            if operator in table:
                return write(operator, test, kind)
        return operator.replace("_", " ")

    @property
    def _forms(self) -> Iterator[tuple[Mapping[str, Any], Callable[[str, Json, ValueType], str]]]:
        yield (
            _ONE_VALUE,
            lambda name, test, kind: _ONE_VALUE[name].format(self.value(test.get("value"), kind)),
        )
        yield _MANY_VALUES, self._many
        yield _SPANS, lambda name, test, kind: _SPANS[name].format(_span(test))
        yield _FIXED, lambda name, test, kind: _FIXED[name](self, test, kind)

    def _many(self, operator: str, test: Json, kind: ValueType) -> str:
        form, word = _MANY_VALUES[operator]
        return form.format(_joined([self.value(one, kind) for one in test.get("values", ())], word))

    def value(self, value: Any, kind: ValueType) -> str:
        """A value of a test, as one reads it."""
        if value is None or value == "":
            return "…"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if kind is ValueType.MONEY and isinstance(value, int):
            return money(value, self.currency)
        if isinstance(value, int | float):
            return number(value)
        if isinstance(value, str) and (kind in _DAYS or kind is ValueType.ANY):
            return self._day(value) or value
        return str(value).replace("_", " ") if kind is ValueType.CHOICE else f"“{value}”"

    def _day(self, text: str) -> str:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return ""
        if len(text) == len("2026-11-20"):
            return f"{moment:%-d %b %Y}"
        return f"{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(self.zone):%-d %b %Y, %H:%M}"


def _between(speech: Speech, test: Json, kind: ValueType) -> str:
    return f"is between {speech.value(test.get('from'), kind)} and {speech.value(test.get('to'), kind)}"


def _month_day(text: str) -> str:
    try:
        return f"{date.fromisoformat(f'2024-{text}'):%-d %B}"
    except ValueError:
        return "…"


_FIXED: Mapping[str, Callable[[Speech, Json, ValueType], str]] = {
    "exists": lambda speech, test, kind: "is known",
    "not_exists": lambda speech, test, kind: "is not known",
    "between": _between,
    "percentile": lambda speech, test, kind: (
        f"is in the {test.get('part', 'top')} {test.get('percent', '…')}%"
    ),
    "in_period": lambda speech, test, kind: f"is {PERIODS.get(test.get('period', ''), '…')}",
    "anniversary_within": lambda speech, test, kind: f"comes round within {_days(test.get('days', '…'))}",
    "anniversary_between": lambda speech, test, kind: (
        f"falls between {_month_day(str(test.get('from')))} and {_month_day(str(test.get('to')))} of any year"
    ),
}


def _counted(did: str, test: Json, what: str) -> str:
    noun = "day" if what == "days" else "time"
    operator, value = test.get("operator", ""), test.get("value")
    if operator == "between":
        return f"{did} {test.get('from')} to {test.get('to')} {noun}s"
    if value == 0 and operator in {"equals", "at_most"}:
        return f"never {did}"
    if value == 1 and operator == "at_least" and what == "count":
        return did
    return f"{did} {_COUNTS.get(operator, '{}').format(value)} {noun}{'' if value == 1 else 's'}"


def _span(of: Json) -> str:
    amount, unit = of.get("amount", "…"), str(of.get("unit", "days"))
    return unit.removesuffix("s") if amount == 1 else f"{amount} {unit}"


def _days(count: Any) -> str:
    return "a day" if count == 1 else f"{count} days"


def _joined(texts: list[str], word: str) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _lowered(label: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation (`SMS`) stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
