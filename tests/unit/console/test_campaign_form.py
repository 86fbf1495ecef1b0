"""The composer's form: what is shown of a plan, sent back as it is, changes nothing."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.campaign_change import Typed, change_of
from console.campaign_form import lists_of, segments_of, values_of, variants_of
from regulars.campaigns.model import Campaign, Status
from regulars.campaigns.plan import Audience, CampaignChange, Plan

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULE_OF_TWO = {
    "version": 1,
    "root": {
        "type": "any",
        "of": [{"type": "segment", "segment": "seg_1"}, {"type": "segment", "segment": "seg_2"}],
    },
}
OWN_RULE = {
    "version": 1,
    "root": {"type": "field", "field": "orders", "is": {"operator": "at_least", "value": 2}},
}
PLANS: dict[str, dict[str, Any]] = {
    "blank": {},
    "a segment by mail": {
        "audience": {"segment": "seg_1", "exclude": ["seg_9"]},
        "channels": ["email"],
        "template": "spring",
        "subject": "For {{ customer.first_name }}",
        "tags": ["spring", "vip"],
    },
    "several segments": {"audience": {"rule": RULE_OF_TWO}, "channels": ["sms", "email"], "choice": "all"},
    "a rule of its own": {"audience": {"rule": OWN_RULE}},
    "a list": {"audience": {"customers": ["cus_01KAZZZZZZZZZZZZZZZZZZZZZZ"]}},
    "everyone at a time": {
        "audience": {"all": True},
        "schedule": {"kind": "at", "at": "2026-12-01T09:30:00Z", "zone": "recipient", "audience": "live"},
        "throttle_per_minute": 300,
    },
    "summer time": {"schedule": {"kind": "best_hour", "at": "2026-07-01T08:00:00Z"}},
    "each other Thursday": {
        "schedule": {
            "kind": "recurring",
            "at": "2026-11-26T10:00:00Z",
            "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;COUNT=6",
        }
    },
    "a rule only machines write": {
        "schedule": {
            "kind": "recurring",
            "at": "2026-11-26T10:00:00Z",
            "rrule": "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        }
    },
    "a test": {
        "test": {
            "variants": [
                {"name": "A", "subject": "One"},
                {"name": "B", "subject": "Two", "channel": "sms", "delay_hours": 2.5, "template": "other"},
            ],
            "share": 0.3,
            "hold_out": 0.055,
            "winner": "revenue",
            "after_hours": 6,
            "minimum_sample": 40,
        }
    },
    "only a hold-out": {"test": {"hold_out": 0.1}},
    "costs and a resend": {
        "cost": 12_345,
        "budget": 50_000,
        "resend": {"after_hours": 24.5, "subject": "Once more"},
        "utm": {"source": "news", "medium": "mail", "campaign": "spring"},
    },
}


def campaign(plan: Plan) -> Campaign:
    return Campaign("cmp_1", "Spring", Status.DRAFT, plan, NOW, NOW)


def sent(shown: Campaign, **changed: Any) -> Typed:
    """The form of a campaign as a browser sends it."""
    lists = lists_of(shown.plan, LONDON)
    for part in ("name", "subject", "template"):
        lists[f"variant_{part}"] = [getattr(one, part) for one in variants_of(shown.plan)]
    lists["variant_channel"] = [one.channel or "" for one in variants_of(shown.plan)]
    lists["variant_delay"] = [f"{one.delay_hours:g}" for one in variants_of(shown.plan)]
    single = {name: value for name, value in changed.items() if isinstance(value, str)}
    many = {name: value for name, value in changed.items() if not isinstance(value, str)}
    return Typed(values_of(shown, "GBP", LONDON) | single, lists | many, LONDON, "GBP")


def applied(shown: Campaign, form: Typed) -> Plan:
    return CampaignChange.model_validate(change_of(form, shown.plan)).applied_to(shown.plan)


@pytest.mark.parametrize("name", PLANS)
def test_a_form_that_is_sent_back_unchanged_changes_nothing(name: str) -> None:
    shown = campaign(Plan.model_validate(PLANS[name]))
    assert applied(shown, sent(shown)) == shown.plan


def test_several_segments_are_a_rule_and_come_back_as_segments() -> None:
    shown = campaign(Plan())
    plan = applied(shown, sent(shown, segment=["seg_1", "seg_2"], match="any"))
    assert plan.audience.rule == RULE_OF_TWO
    assert segments_of(plan.audience) == ["seg_1", "seg_2"]
    assert segments_of(Audience(rule=OWN_RULE)) == []


def test_a_time_is_read_in_the_shops_zone() -> None:
    shown = campaign(Plan())
    plan = applied(shown, sent(shown, when="at", at="2026-07-01T09:00"))
    assert plan.schedule.at == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_a_list_that_was_looked_up_replaces_the_one_before() -> None:
    shown = campaign(Plan.model_validate(PLANS["a list"]))
    found = ["cus_01KAYYYYYYYYYYYYYYYYYYYYYY"]
    assert change_of(sent(shown), shown.plan, found)["audience"]["customers"] == found


def test_what_is_no_number_is_passed_on_to_be_refused_with_its_place() -> None:
    shown = campaign(Plan())
    change = change_of(sent(shown, throttle="fast", cost="a lot", when="at", at="soon"), shown.plan)
    assert (change["throttle_per_minute"], change["cost"]) == ("fast", "a lot")
    assert change["schedule"]["at"] == "soon"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "1e999999999", "-"])
def test_no_text_is_mistaken_for_a_number(text: str) -> None:
    shown = campaign(Plan())
    change = change_of(sent(shown, cost=text, hold_out=text), shown.plan)
    assert change["cost"] == text
