"""Programs: what is refused and where, what may become of them."""

from typing import Any

import pytest
from pydantic import ValidationError

from regulars.kernel.errors import ConflictError, InvalidError
from regulars.kernel.http.serve import faults_of
from regulars.loyalty.programs import NewProgram, ProgramChange, ProgramStatus, require_consistent
from tests.unit.loyalty.programs import Json, program

BAD_POINTS = [0, -1, 1.5, float("nan"), 1e309, 2**63, "١٢", "5", True, None]
BAD_RATES = [
    "0",
    "0.0000",
    "-1",
    "NaN",
    "1e309",
    "Infinity",
    str(2**63),
    "１",
    "1.",
    ".5",
    "1.00001",
    " 1",
    1,
]
BONUS: Json = {"type": "bonus", "points": 5}


def tier(name: str, required: Any = 0, **more: Any) -> Json:
    return {"name": name, "required_points": required} | more


def rule(**more: Any) -> Json:
    return {"name": "Rule", "effect": BONUS} | more


def refused_at(body: Json) -> list[str]:
    """Where the fields of a body are refused."""
    with pytest.raises(ValidationError) as caught:
        NewProgram.model_validate({"name": "Club"} | body)
    return [fault.pointer for fault in faults_of(caught.value, given={"name": "Club"} | body)]


def contradicts_at(**body: Any) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        require_consistent(program(**body))
    return [fault.pointer for fault in caught.value.faults]


@pytest.mark.parametrize("points", BAD_POINTS, ids=repr)
def test_a_bad_number_of_points_is_refused_where_it_stands(points: Any) -> None:
    assert refused_at({"rules": [rule(effect={"type": "bonus", "points": points})]}) == [
        "/rules/0/effect/points"
    ]
    if points is not None:
        assert refused_at({"points": {"bonuses": {"review": points}}}) == ["/points/bonuses/review"]
        assert refused_at({"rules": [rule(caps={"per_day": points})]}) == ["/rules/0/caps/per_day"]
    if points != 0:
        assert refused_at({"tiers": [tier("A", points)]}) == ["/tiers/0/required_points"]


@pytest.mark.parametrize("rate", BAD_RATES, ids=repr)
def test_a_bad_rate_is_refused_where_it_stands(rate: Any) -> None:
    assert refused_at({"points": {"earn_rate": rate}}) == ["/points/earn_rate"]
    assert refused_at({"tiers": [tier("A", benefits={"earn_multiplier": rate})]}) == [
        "/tiers/0/benefits/earn_multiplier"
    ]
    assert refused_at({"rules": [rule(effect={"type": "multiplier", "by": rate})]}) == ["/rules/0/effect/by"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"rules": [{"name": "R"}]}, "/rules/0/effect"),
        ({"rules": [rule(effect={"type": "gift"})]}, "/rules/0/effect"),
        ({"rules": [rule(effect={"type": "multiplier", "by": "0.9"})]}, "/rules/0/effect/by"),
        ({"rules": [rule(when={"weekdays": ["monday", "monday"]})]}, "/rules/0/when/weekdays"),
        ({"rules": [rule(when={"start": "2026-02-30"})]}, "/rules/0/when/start"),
        ({"rules": [rule(when={"minimum_basket": 0})]}, "/rules/0/when/minimum_basket"),
        ({"points": {"expiry_months": 0}}, "/points/expiry_months"),
        ({"points": {"pending_days": -1}}, "/points/pending_days"),
        ({"tiers": []}, "/tiers"),
        ({"tiers": [tier("A", colour="red")]}, "/tiers/0/colour"),
        ({"tiers": [tier("A", benefits={"discount_percent": 101})]}, "/tiers/0/benefits/discount_percent"),
        ({"period": {"kind": "weekly"}}, "/period/kind"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_no_program_is_refused_where_it_stands(body: Json, pointer: str) -> None:
    assert refused_at(body) == [pointer]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"tiers": [tier("A", 5)]}, ["/tiers/0/required_points"]),
        ({"tiers": [tier("A"), tier("B", 9), tier("C", 9)]}, ["/tiers/2/required_points"]),
        ({"tiers": [tier("A"), tier("a", 9)]}, ["/tiers/1/name"]),
        ({"rules": [rule(), rule(name="RULE")]}, ["/rules/1/name"]),
        ({"rules": [rule(when={"start": "2026-03-02", "end": "2026-03-01"})]}, ["/rules/0/when/end"]),
        ({"rules": [rule(when={"tiers": ["Gold", "Tin"]})]}, ["/rules/0/when/tiers/1"]),
        ({"rules": [rule(caps={"per_day": 9, "per_program": 8})]}, ["/rules/0/caps/per_day"]),
        ({"points": {"caps": {"per_day": 9, "per_program": 8}}}, ["/points/caps/per_day"]),
        ({"period": {"kind": "custom"}}, ["/period/start", "/period/end"]),
        ({"period": {"kind": "annual", "end": "2026-03-01"}}, ["/period/end"]),
        (
            {"period": {"kind": "custom", "start": "2026-03-02", "end": "2026-03-01"}},
            ["/period/end"],
        ),
        (
            {"tiers": [tier("A", 5), tier("A", 5)]},
            ["/tiers/1/name", "/tiers/0/required_points", "/tiers/1/required_points"],
        ),
    ],
)
def test_what_contradicts_itself_is_refused_where_it_does(body: Json, pointers: list[str]) -> None:
    assert contradicts_at(**body) == pointers


def test_a_name_is_enough() -> None:
    made = program()

    require_consistent(made)
    assert [(one.name, one.benefits.earn_multiplier) for one in made.tiers] == [
        ("Bronze", "1"),
        ("Silver", "1.25"),
        ("Gold", "1.5"),
        ("Platinum", "2"),
    ]
    assert made.status is ProgramStatus.DRAFT


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (["active", "paused", "active", "ended"], True),
        (["active", "paused", "ended"], True),
        (["paused"], False),
        (["ended"], False),
        (["active", "draft"], False),
        (["active", "ended", "active"], False),
    ],
)
def test_a_status_leads_only_where_it_may(path: list[str], allowed: bool) -> None:
    *before, last = [ProgramChange.model_validate({"status": one}) for one in path]
    reached = program()
    for change in before:
        reached = change.applied_to(reached)

    if allowed:
        assert last.applied_to(reached).status == path[-1]
    else:
        with pytest.raises(ConflictError):
            last.applied_to(reached)


def test_who_has_begun_keeps_the_period_and_who_has_ended_everything() -> None:
    quarterly = ProgramChange.model_validate({"period": {"kind": "quarterly"}})
    renamed = ProgramChange.model_validate({"name": "Other"})
    begun = ProgramChange.model_validate({"status": "active"}).applied_to(program())
    ended = ProgramChange.model_validate({"status": "ended"}).applied_to(begun)

    assert quarterly.applied_to(program()).period.kind == "quarterly"
    assert renamed.applied_to(begun).name == "Other"
    for change, to in ((quarterly, begun), (renamed, ended)):
        with pytest.raises(ConflictError):
            change.applied_to(to)
    assert ProgramChange.model_validate({"status": "ended"}).applied_to(ended) is ended
