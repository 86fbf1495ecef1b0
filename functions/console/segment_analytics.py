"""What a segment's page shows of its past and of its customers: curves, tiles, traits compared with everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.customer_texts import status_text
from console.formats import money, number
from console.pieces import Tile
from console.segment_sizes import Past
from console.shell import Shop
from regulars.segments import Analytics, Profile

NONE = "none"
_ROWS = 6
_MUCH, _LITTLE = 1.2, 0.8


@dataclass(frozen=True)
class Bar:
    """One value of a trait: its share among the segment's customers and among everybody, in percent."""

    label: str
    share: float
    everybody: float
    index: "Index"
    country: str = ""
    known: bool = True


@dataclass(frozen=True)
class Index:
    """How a figure of the segment stands to everybody's: `text` is `2.4×`, `tone` whether that is much or little."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Trait:
    title: str
    bars: list[Bar]


@dataclass(frozen=True)
class Compared:
    """A figure of the segment beside everybody's."""

    label: str
    value: str
    everybody: str
    index: Index


def curves(past: Past) -> dict[str, Any]:
    """The size by day; who came and who went, the latter downwards."""
    labels = [f"{day.day:%-d %b}" for day in past.days]
    return {
        "labels": labels,
        "size": [{"name": "Customers", "values": [day.size for day in past.days]}],
        "flow": [
            {"name": "Entered", "values": [day.entered for day in past.days], "type": "bar", "stack": "flow"},
            {
                "name": "Left",
                "values": [-day.left for day in past.days],
                "type": "bar",
                "stack": "flow",
                "quiet": True,
            },
        ],
    }


def tiles_of(size: int, past: Past, everybody: int, days: int) -> list[Tile]:
    """The figures on top of the page."""
    share = f"{percent_text(100 * size / everybody)} of all customers" if everybody and size else ""
    change = past.change(days - 1)
    net = (
        "—" if change is None else f"{'+' if change > 0 else '−' if change < 0 else ''}{number(abs(change))}"
    )
    return [
        Tile("Customers", number(size), "Who is in it now.", share, points=past.points),
        Tile("Change", net, f"Its size today against {days} days ago.", f"in {days} days"),
        Tile("Entered", number(past.entered), "Counted by day, today included.", f"in {days} days"),
        Tile("Left", number(past.left), "Counted by day, today included.", f"in {days} days"),
    ]


def compared(found: Analytics, shop: Shop) -> list[Compared]:
    """Averages beside everybody's."""
    mine, all_ = found.members, found.everybody
    amounts = [
        ("Spent, on average", mine.average_spent, all_.average_spent),
        ("Average order", mine.average_order, all_.average_order),
    ]
    rows = [
        Compared(label, _amount(one, shop), _amount(other, shop), index_of(one, other))
        for label, one, other in amounts
    ]
    orders = Compared(
        "Orders, on average",
        f"{mine.average_orders:.1f}",
        f"{all_.average_orders:.1f}",
        index_of(mine.average_orders, all_.average_orders),
    )
    active = Compared(
        "Active in the last 30 days",
        f"{100 * mine.active_30d:.0f}%",
        f"{100 * all_.active_30d:.0f}%",
        index_of(mine.active_30d, all_.active_30d),
    )
    return [rows[0], orders, rows[1], active]


def _amount(value: int | None, shop: Shop) -> str:
    return money(value, shop.currency)


def index_of(one: float | None, other: float | None) -> Index:
    """The first beside the second; nothing to be said without both."""
    if one is None or not other:
        return Index("—")
    ratio = one / other
    text = "99×+" if ratio > 99 else f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"
    return Index(text, "high" if ratio >= _MUCH else "low" if ratio <= _LITTLE else "")


def traits(found: Analytics) -> list[Trait]:
    """What sets them apart: for each trait its commonest values, beside everybody's share."""
    mine, everybody = found.members, found.everybody
    made = [
        Trait(title, _bars(name, _shares(mine, name), _shares(everybody, name)))
        for name, title in (
            ("countries", "Country"),
            ("categories", "Favourite category"),
            ("tags", "Tags"),
            ("languages", "Language"),
            ("payment", "Payment"),
            ("statuses", "Status"),
        )
    ]
    return [trait for trait in made if _telling(trait.bars)]


def _telling(bars: list[Bar]) -> bool:
    """Not what nobody knows, nor the one value that everybody has."""
    return any(bar.known for bar in bars) and (len(bars) > 1 or bool(bars[0].index.tone))


def _shares(profile: Profile, name: str) -> Mapping[str, float]:
    return dict(getattr(profile, name))


def _bars(name: str, mine: Mapping[str, float], everybody: Mapping[str, float]) -> list[Bar]:
    ranked: Sequence[tuple[str, float]] = sorted(mine.items(), key=lambda one: (-one[1], one[0]))
    return [
        Bar(
            _label(name, value),
            round(100 * share, 1),
            round(100 * everybody.get(value, 0), 1),
            index_of(share, everybody.get(value)),
            value if name == "countries" and value != NONE and len(value) == 2 else "",
            value != NONE,
        )
        for value, share in ranked[:_ROWS]
    ]


def percent_text(share: float) -> str:
    """`12%`, with a decimal below ten."""
    return f"{share:.0f}%" if share >= 10 or share == 0 else "under 0.1%" if share < 0.1 else f"{share:.1f}%"


def _label(name: str, value: str) -> str:
    if value == NONE:
        return "None" if name == "tags" else "Not known"
    return status_text(value) if name == "statuses" else value.replace("_", " ")
