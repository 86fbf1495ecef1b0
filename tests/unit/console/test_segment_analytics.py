"""How a segment is compared with everybody, and its past shown."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from console.segment_analytics import compared, curves, index_of, percent_text, tiles_of, traits
from console.segment_sizes import Past
from console.shell import Shop
from regulars.segments import Analytics, FlowDay, Profile

SHOP = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
NOBODY = Profile(0, 0, None, 0.0, None, 0.0, {}, {}, {}, {}, {}, {})
SOME = replace(
    NOBODY,
    customers=10,
    average_spent=5000,
    average_orders=2.0,
    countries={"GB": 0.75, "none": 0.25},
    tags={"none": 1.0},
)


def past(*sizes: int) -> Past:
    first = date(2026, 11, 1)
    return Past([FlowDay(first + timedelta(days=at), size, 2, 1) for at, size in enumerate(sizes)])


def test_the_change_of_a_week_needs_a_week() -> None:
    assert past(*range(7)).change() is None
    assert past(5, 0, 0, 0, 0, 0, 0, 9).change() == 4


def test_who_left_is_drawn_downwards() -> None:
    drawn = curves(past(3, 4))
    assert drawn["labels"] == ["1 Nov", "2 Nov"]
    assert [one["values"] for one in drawn["flow"]] == [[2, 2], [-1, -1]]


def test_the_tiles_say_what_share_of_all_it_is() -> None:
    tiles = tiles_of(3, past(1, 3), 40, 2)
    assert [tile.value for tile in tiles] == ["3", "+2", "4", "2"]
    assert tiles[0].note == "7.5% of all customers"


def test_a_figure_stands_beside_everybodys() -> None:
    everybody = replace(SOME, average_spent=2500)
    rows = compared(Analytics(10, [], [], SOME, everybody, False), SHOP)
    assert (rows[0].value, rows[0].everybody, rows[0].index.text, rows[0].index.tone) == (
        "£50.00",
        "£25.00",
        "2.0×",
        "high",
    )
    assert rows[2].value == "—"


def test_a_trait_of_which_nothing_is_known_is_not_shown() -> None:
    everybody = replace(SOME, countries={"GB": 0.5, "none": 0.5})
    found = traits(Analytics(10, [], [], SOME, everybody, False))
    assert [trait.title for trait in found] == ["Country"]
    assert [(bar.label, bar.share, bar.everybody, bar.index.text) for bar in found[0].bars] == [
        ("GB", 75.0, 50.0, "1.5×"),
        ("Not known", 25.0, 50.0, "0.5×"),
    ]


def test_the_one_value_that_everybody_has_is_not_shown() -> None:
    everybody = replace(SOME, countries={"GB": 1.0})
    assert traits(Analytics(10, [], [], everybody, everybody, False)) == []


def test_ratios_stay_short() -> None:
    assert [index_of(one, 1).text for one in (0.04, 1, 12.4, 250)] == ["0.0×", "1.0×", "12×", "99×+"]
    assert index_of(1, 0).text == index_of(None, 1).text == "—"
    assert [percent_text(one) for one in (0, 0.01, 3.21, 45.6)] == ["0%", "under 0.1%", "3.2%", "46%"]
