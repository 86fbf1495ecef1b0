"""The form of a program: what it shows comes back as what it showed, and faults stand where they were typed."""

from hypothesis import given as drawn

from console.forms import Form
from console.loyalty_form import faults_in_form, form_of, program_in, rows_of, typed
from regulars.kernel.errors import Fault
from regulars.loyalty.programs import NewProgram, Program
from tests.unit.loyalty.programs import program, programs

SEGMENT = {"version": 1, "root": {"type": "segment", "segment": "seg_1"}}
OWN = {"version": 1, "root": {"type": "field", "field": "orders", "is": {"operator": "above", "value": 1}}}


def come_back(shown: Program) -> Program:
    """The program that is saved when the form is sent as it was shown."""
    sent = {name: value for name, value in form_of(shown, "GBP").values.items() if value}
    meant = NewProgram.model_validate(program_in(typed(sent), "GBP"))
    return Program.new(shown.id, meant, shown.created_at, shown.created_by)


@drawn(programs())
def test_what_is_shown_comes_back(shown: Program) -> None:
    assert come_back(shown) == shown


def test_all_that_a_program_can_say_comes_back() -> None:
    tier = {"name": "One", "required_points": 0, "colour": "#123abc", "icon": "rocket"}
    benefits = {
        "earn_multiplier": "1.5",
        "discount_percent": 5,
        "free_shipping": True,
        "priority_support": True,
        "texts": ["Tea at noon", "A card"],
    }
    shown = program(
        period={"kind": "custom", "start": "2026-01-01", "end": "2026-12-31"},
        points={
            "earn_rate": "0.25",
            "rounding": "up",
            "pending_days": 0,
            "expiry_months": 12,
            "bonuses": {"birthday": 100, "profile_completed": 5},
            "caps": {"per_day": 500, "per_program": 5000},
            "adjustment_limit": 100,
        },
        tiers=[tier | {"benefits": benefits}],
        rules=[
            {
                "name": "Tea",
                "when": {
                    "products": ["tea-1", "tea-2"],
                    "categories": ["Hot drinks"],
                    "tiers": ["One"],
                    "segment": SEGMENT,
                    "weekdays": ["monday", "sunday"],
                    "start": "2026-02-01",
                    "end": "2026-02-28",
                    "first_purchase": True,
                    "minimum_basket": 1250,
                },
                "effect": {"type": "multiplier", "by": "2.5"},
                "caps": {"per_day": 10, "per_program": 20},
            },
            {"name": "Buyers", "when": {"segment": OWN}, "effect": {"type": "bonus", "points": 7}},
        ],
    )

    form = form_of(shown, "GBP")

    assert (form.value("rules.0.segment"), form.value("rules.1.segment")) == ("seg_1", "own")
    assert form.value("rules.0.minimum_basket") == "12.50"
    assert come_back(shown) == shown


def test_a_row_without_a_name_goes_and_faults_stand_in_the_rows_that_were_typed() -> None:
    sent = {
        "name": "Club",
        "tiers.0.name": "Bronze",
        "tiers.1.name": "",
        "tiers.2.name": "Gold",
        "tiers.2.required_points": "x",
        "rules.4.name": "Rule",
        "rules.4.type": "bonus",
        "rules.4.worth": "１",
    }
    form = typed(sent)

    meant = program_in(form, "GBP")

    assert rows_of(form, "tiers") == [0, 1, 2]
    assert [tier["name"] for tier in meant["tiers"]] == ["Bronze", "Gold"]
    assert meant["tiers"][1]["required_points"] == "x"
    assert meant["rules"][0]["effect"] == {"type": "bonus", "points": "１"}
    pointers = {
        "/tiers/1/required_points": "/tiers.2.required_points",
        "/tiers/1/benefits/earn_multiplier": "/tiers.2.earn_multiplier",
        "/rules/0/effect/points": "/rules.4.worth",
        "/rules/0/when/tiers/1": "/rules.4.tiers",
        "/rules/0/when/segment/root/is/value": "/rules.4.segment",
        "/rules/0/caps/per_day": "/rules.4.per_day",
        "/points/bonuses/review": "/points.review",
        "/period/end": "/period.end",
        "/tiers": "/tiers",
        "/name": "/name",
    }
    faults = faults_in_form([Fault(pointer, "no") for pointer in pointers], form)
    assert [fault.pointer for fault in faults] == list(pointers.values())


def test_an_amount_that_is_none_is_left_for_the_operation_to_refuse() -> None:
    for text in ("abc", "1.2345", "-1", "１", "9999999999999"):
        values = {"rules.0.name": "R", "rules.0.type": "bonus", "rules.0.minimum_basket": text}
        meant = program_in(Form(typed(values).values), "GBP")
        assert meant["rules"][0]["when"]["minimum_basket"] == text
