"""The report of a campaign as values."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from console.campaign_live import deeds_of, live_of, next_of, states_of
from console.campaign_map import marked, people_by_url, rows_of
from console.campaign_rates import Sums, rate_text
from console.campaign_report import (
    causes_of,
    funnel_of,
    lift_of,
    over_time,
    statement_of,
    tiles_of,
    variants_of,
)
from console.campaign_splits import money_of, phases_of
from console.formats import Clock
from regulars.campaigns import Branch, Campaign, LinkFigures, Phase, Plan, Run, Status
from regulars.campaigns.comparing import Arm
from regulars.campaigns.figures import Figures, uplift_of
from regulars.campaigns.metrics import HourFigures, Metrics, VariantFigures

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATH = "/console/campaigns/cmp_1"
FIGURES = Figures(
    planned=1000,
    handled=1000,
    sent=900,
    delivered=800,
    opened=200,
    clicked=40,
    converted=8,
    machine=31,
    revenue=40_000,
    cost=10_000,
)


def campaign(status: Status, **more: Any) -> Campaign:
    return Campaign("cmp_1", "Spring", status, Plan(), NOW, NOW, **more)


def test_the_funnel_leads_to_the_people_behind_each_number() -> None:
    stages = {one.label: one for one in funnel_of(FIGURES, PATH)}
    assert [one.count for one in stages.values()] == [1000, 900, 800, 200, 40, 8]
    assert (stages["Opened"].rate, stages["Clicked"].rate) == ("25.0%", "5.0%")
    assert stages["Clicked"].href == f"{PATH}?tab=people&state=clicked"


def test_machines_are_said_to_be_left_out() -> None:
    tiles = {one.label: one for one in tiles_of(FIGURES, "GBP", PATH)}
    assert tiles["Opened"].note == "31 opened or clicked by machines only"
    assert (tiles["Revenue"].value, tiles["Return"].value) == ("£400.00", "300%")


def test_before_anything_is_sent_no_rate_is_invented() -> None:
    tiles = {one.label: one for one in tiles_of(Figures(planned=5), "GBP", PATH)}
    assert [tiles[name].value for name in ("Opened", "Clicked", "Return")] == ["—", "—", "—"]
    assert rate_text(1, 400) == "0.25%"


def test_progress_says_how_fast_and_how_long_still() -> None:
    run = Run(1, NOW, NOW)
    live = live_of(Figures(planned=1000, handled=250), run, NOW + timedelta(minutes=5))
    assert (live.percent, live.left, live.right) == (
        25.0,
        "250 of 1,000",
        "50 a minute · about 15 min 0 s left",
    )
    assert live_of(Figures(), run, NOW).percent == 0


@given(st.builds(Figures, *(st.integers(0, 10**6) for _ in range(5))))
def test_the_bar_of_states_never_overflows(figures: Figures) -> None:
    parts = states_of(figures, PATH)
    assert sum(one["width"] for one in parts) <= 100.1


def test_what_can_be_done_follows_the_status() -> None:
    names = {status: [one.name for one in deeds_of(campaign(status))] for status in Status}
    assert names[Status.SENDING] == ["cancel", "pause"]
    assert names[Status.PAUSED] == ["cancel", "resume"]
    assert names[Status.SCHEDULED] == ["unschedule"]
    assert names[Status.COMPLETED] == []
    assert [one.name for one in deeds_of(campaign(Status.SCHEDULED, runs=2))] == ["cancel", "pause"]


def test_the_run_says_what_it_waits_for() -> None:
    waits = Run(1, NOW, NOW, Phase.FIRST, later="decide", later_at=NOW)
    assert "winner is decided Sat" in next_of(campaign(Status.SENDING), waits, "Sat 21 Nov 2026, 16:00")
    assert next_of(campaign(Status.COMPLETED), Run(1, NOW, NOW), "") == ""


def metrics(**more: Any) -> Metrics:
    return Metrics("cmp_1", 1, NOW, "GBP", FIGURES, **more)


def test_the_best_variant_is_marked_and_nothing_is_claimed_before_the_decision() -> None:
    found = [VariantFigures("A", FIGURES, 0.03), VariantFigures("B", FIGURES, 0.97)]
    assert [one.best for one in variants_of(found, "", "GBP", PATH)] == [False, True]
    assert [one.best for one in variants_of(found, "A", "GBP", PATH)] == [True, False]
    open_run, ended = Run(1, NOW, NOW), Run(1, NOW, NOW, ended_at=NOW)
    assert "Nothing is decided yet" in statement_of(metrics(variants=found), open_run)
    assert statement_of(metrics(variants=found), ended) == "B is the best with 97% probability."
    told = {"statement": "B beats A with 97 % probability."}
    assert statement_of(metrics(variants=found, decision=told), ended) == told["statement"]
    assert statement_of(metrics(), ended) == ""


def test_an_uplift_that_may_be_chance_is_said_to_be() -> None:
    sure = uplift_of(Arm("t", 10_000, 1200, 900_000), Arm("c", 10_000, 1000, 800_000))
    vague = uplift_of(Arm("t", 100, 12, 9_000), Arm("c", 100, 10, 8_000))
    assert sure is not None
    assert vague is not None
    assert lift_of(sure, "GBP").tone == "good"
    assert "+2.00 points" in lift_of(sure, "GBP").text
    assert "may be chance" in lift_of(vague, "GBP").note


def test_reasons_are_explained_and_lead_to_the_people() -> None:
    cause, unknown = causes_of({"no_consent": 7, "something_new": 1}, PATH)
    assert cause.label == "No consent"
    assert cause.text.startswith("The customer has not agreed")
    assert "reason=no_consent" in cause.href
    assert (unknown.label, unknown.text) == ("Something new", "")


def test_revenue_is_told_by_each_model_the_shops_own_first() -> None:
    rows = money_of(metrics(), {"revenue_first": 100, "revenue_last": 200, "revenue_linear": 150}, "linear")
    assert rows[0] == ("Revenue, shared by all touches", "£1.50")
    assert dict(rows)["Revenue an order"] == "£50.00"


def test_hours_without_anything_are_in_the_chart_as_such() -> None:
    hours = [
        HourFigures(NOW, {"sent": 5, "opened": 2}),
        HourFigures(NOW + timedelta(hours=3), {"clicked": 1}),
    ]
    chart = over_time(hours, Clock(LONDON, NOW))
    assert chart is not None
    assert chart["labels"][0] == "21 Nov 12:00"
    assert [one["values"] for one in chart["series"]] == [[2, 0, 0, 0], [0, 0, 0, 1]]
    assert over_time(hours[:1], Clock(LONDON, NOW)) is None


LINKS = [
    LinkFigures("spring", "2", "https://shop.example/a?b=1&c=2", 12, 10, 0),
    LinkFigures("spring", "1", "javascript:alert(1)", 3, 3, 0),
    LinkFigures("spring", "3", "", 1, 1, 0),
]


def test_links_are_told_with_their_share_and_only_web_addresses_lead_there() -> None:
    rows = rows_of(LINKS, 100)
    assert [(one.people, one.share, one.width) for one in rows] == [
        (10, "10.0%", 100.0),
        (3, "3.0%", 30.0),
        (1, "1.0%", 10.0),
    ]
    assert [bool(one.href) for one in rows] == [True, False, False]
    assert rows[2].url == "Link 3 of “spring”"


def test_clicks_are_written_at_the_links_of_the_mail_and_nowhere_else() -> None:
    html = '<p>Hi</p><a class="x" href="https://shop.example/a?b=1&amp;c=2"><b>Shop</b></a> <a href="https://other.example">Other</a>'
    shown = marked(html, people_by_url(LINKS), 100)
    assert shown.count("<span") == 1
    assert "</a><span" in shown
    assert "10 · 10.0%" in shown
    assert marked(html, {}, 100) == html


def test_sums_of_a_list_take_the_shops_attribution() -> None:
    sums = Sums.of({"sent": 10, "opened": 4, "revenue_first": 7, "handled": 12}, 10, "first")
    assert (sums.reached, sums.revenue, sums.percent) == (10, 7, 100)
    assert Sums.of({}, 0).percent == 0


def test_phases_stand_side_by_side_without_the_hold_out() -> None:
    branches = (
        Branch("dsp_1", Phase.FIRST, "A"),
        Branch("dsp_2", Phase.FIRST, "B"),
        Branch("dsp_3", Phase.FIRST, "hold_out"),
        Branch("dsp_4", Phase.RESEND, "A"),
    )
    sums = {one: {"sent": 100, "delivered": 50, "opened": 10} for one in ("dsp_1", "dsp_2", "dsp_3", "dsp_4")}
    first, again = phases_of(Run(1, NOW, NOW, branches=branches), sums)
    assert (first.label, first.sent, first.opened) == ("First", 200, "20.0%")
    assert (again.label, again.sent) == ("Sent again", 100)
    assert phases_of(Run(1, NOW, NOW, branches=branches[:3]), sums) == []
