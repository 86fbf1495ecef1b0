"""What the builder is given."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.segment_catalogue import catalogue_for_builder
from console.shell import Shop
from regulars.segments import Kind, Segment
from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.rules import Vocabulary

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VOCABULARY = Vocabulary(FIELD_OF, KIND_OF)


def segment(name: str) -> Segment:
    return Segment(f"seg_{name}", name, Kind.DYNAMIC, None, NOW, NOW)


def given(currency: str = "GBP", editing: str = "") -> dict[str, object]:
    shop = Shop("Gifts", ZoneInfo("Europe/London"), currency)
    return catalogue_for_builder(VOCABULARY, [segment("a"), segment("b")], shop, editing)


def test_every_field_and_kind_can_be_picked_and_tested() -> None:
    whole = given()
    names = {one["name"] for one in whole["items"]}  # type: ignore[attr-defined]
    assert names == {*FIELD_OF, *KIND_OF, "seg_a", "seg_b"}
    known = {one["name"] for one in whole["operators"]}  # type: ignore[attr-defined]
    for field in whole["fields"]:  # type: ignore[attr-defined]
        assert field["operators"]
        assert set(field["operators"]) <= known


def test_every_operand_has_an_input() -> None:
    kinds = {
        operand["kind"]
        for operator in given()["operators"]  # type: ignore[attr-defined]
        for operand in operator["operands"]
    }
    assert kinds == {"value", "whole", "unit", "period", "part", "monthday"}


def test_a_segment_is_not_offered_to_itself() -> None:
    assert [one["name"] for one in given(editing="seg_a")["segments"]] == ["seg_b"]  # type: ignore[attr-defined]


def test_what_nothing_is_known_of_comes_last_in_its_group() -> None:
    seen: dict[str, bool] = {}
    for one in given()["items"]:  # type: ignore[attr-defined]
        assert not (one["available"] and seen.get(one["group"]) is False)
        seen[one["group"]] = one["available"]


def test_money_is_typed_in_the_units_of_its_currency() -> None:
    assert given()["money"] == {"symbol": "£", "digits": 2}
    assert given("JPY")["money"] == {"symbol": "¥", "digits": 0}
