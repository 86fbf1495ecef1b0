"""The pages of campaigns, with the use cases behind them played by a fake."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from regulars import campaigns
from regulars.campaigns import CalendarEntry, CampaignFailure, Finding, Status
from regulars.campaigns.plan import Plan, Schedule
from regulars.kernel.errors import ConflictError, Fault, InvalidError
from regulars.messaging import Reason
from tests.unit.console.campaign_fakes import DRAFT, NOW, Fake, ask, install, linted, of_status

FORM = {
    "version": "3",
    "name": "Spring sale",
    "audience": "segments",
    "segment": ["seg_1"],
    "channel": ["email"],
    "template": "spring",
    "when": "now",
}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    return install(monkeypatch)


def test_the_list_shows_figures_and_leads_on(fake: Fake) -> None:
    fake.put(of_status(Status.COMPLETED, name="Winter"))
    body = ask("GET", "")["body"]
    for words in ("Spring sale", "Winter", "24.3%", "£123.00", "Loyal"):
        assert words in body


def test_the_list_is_sifted_and_told_as_a_file(fake: Fake) -> None:
    fake.put(of_status(Status.COMPLETED, name="Winter"))
    assert "Spring sale" not in ask("GET", "", query="status=completed", htmx="campaigns-area")["body"]
    csv = ask("GET", "", query="format=csv&q=winter")
    assert csv["headers"]["content-disposition"] == 'attachment; filename="campaigns.csv"'
    assert csv["body"].count("\n") == 2


def test_a_list_that_is_shown_whole_is_sorted_by_figures(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    clicks = {"cmp_a": 5, "cmp_b": 20, "cmp_c": 0}
    for one in clicks:
        fake.put(of_status(Status.COMPLETED, id=one, name=f"Named {one}"))

    def totals(tenant: Any, found: Any) -> Any:
        return {one.id: Counter(delivered=100, clicked=clicks[one.id]) for one in found}

    monkeypatch.setattr(campaigns, "campaign_totals", totals)

    def order(query: str) -> list[str]:
        return re.findall(
            r"Named cmp_[abc]|Spring sale", ask("GET", "", query=query, htmx="campaigns-rows")["body"]
        )

    def names(query: str) -> list[str]:
        return list(dict.fromkeys(order(query)))

    assert names("sort=-clicked") == ["Named cmp_b", "Named cmp_a", "Named cmp_c", "Spring sale"]
    assert names("sort=clicked") == ["Spring sale", "Named cmp_c", "Named cmp_a", "Named cmp_b"]
    assert "sort=-clicked" in ask("GET", "")["body"]
    for number in range(50):
        fake.put(of_status(Status.DRAFT, id=f"cmp_d{number}", runs=0, run=None))
    assert "sort=-clicked" not in ask("GET", "")["body"]


def test_an_empty_list_begins_with_three_templates(fake: Fake) -> None:
    fake.known.clear()
    body = ask("GET", "")["body"]
    assert body.count('name="template"') == 3
    assert "No campaigns yet" in body
    assert 'name="template"' not in ask("GET", "", role="viewer")["body"]


def test_a_new_campaign_is_a_draft_at_once(fake: Fake) -> None:
    answer = ask("POST", "/new", template="new_offer")
    assert answer["headers"]["location"] == "/console/campaigns/cmp_new/edit"
    name, given = fake.asked[0]
    assert (name, given.template, given.name) == ("create", "new_offer", given.name)


def test_the_composer_has_all_steps_and_what_is_missing(fake: Fake) -> None:
    fake.findings = [Finding("/template", "fault", "choose a template")]
    body = ask("GET", "/cmp_draft/edit")["body"]
    for step in ("audience", "message", "test", "timing", "review"):
        assert f'id="{step}"' in body
    assert "Choose a template." in body
    assert 'name="version" value="3"' in body
    assert "disabled" in body.partition("data-launch")[2].partition("</button>")[0]


def test_a_viewer_may_read_but_neither_compose_nor_send(fake: Fake) -> None:
    assert ask("GET", "/cmp_draft", role="viewer")["statusCode"] == 200
    for method, path in (
        ("GET", "/cmp_draft/edit"),
        ("POST", "/cmp_draft/launch"),
        ("POST", "/cmp_draft/draft"),
    ):
        assert ask(method, path, role="viewer")["statusCode"] == 403


def test_a_draft_opens_in_the_composer_for_who_may_change_it(fake: Fake) -> None:
    assert ask("GET", "/cmp_draft")["headers"]["location"] == "/console/campaigns/cmp_draft/edit"


def test_what_is_typed_is_kept_and_answered_with_what_speaks_of_it(fake: Fake) -> None:
    answer = ask("POST", "/cmp_draft/draft", **FORM, subject="Hi", hold_out="10")
    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["version"]) == (200, 4)
    assert set(told["pieces"]) == {"steps", "shares", "due", "checks", "template-card", "members"}
    assert "10%" in told["pieces"]["shares"]
    assert fake.known["cmp_draft"].plan.subject == "Hi"


def test_a_stale_save_is_told_humanely_and_writes_nothing(fake: Fake) -> None:
    fake.put(replace(DRAFT, version=9))
    answer = ask("POST", "/cmp_draft/draft", **FORM)
    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["version"]) == (409, 9)
    assert "was saved elsewhere" in told["conflict"]
    assert fake.known["cmp_draft"].version == 9


def test_what_cannot_be_accepted_is_pointed_at_by_its_step(fake: Fake) -> None:
    answer = ask("POST", "/cmp_draft/draft", **(FORM | {"when": "at", "at": "soon"}), throttle="fast")
    faults = json.loads(answer["body"])["faults"]
    assert answer["statusCode"] == 422
    assert {one["step"] for one in faults} == {"timing"}
    fake.refusal = InvalidError("no", [Fault("/audience/segment", "there is no such segment")])
    (fault,) = json.loads(ask("POST", "/cmp_draft/draft", **FORM)["body"])["faults"]
    assert fault == {"step": "audience", "pointer": "/audience/segment", "detail": "There is no such segment"}


def test_one_that_has_begun_meanwhile_leads_to_its_page(fake: Fake) -> None:
    fake.refusal = ConflictError("this campaign is sending")
    told = json.loads(ask("POST", "/cmp_draft/draft", **FORM)["body"])
    assert told["href"] == "/console/campaigns/cmp_draft"


def test_the_count_says_who_would_not_get_it_and_why(fake: Fake) -> None:
    told = json.loads(ask("GET", "/cmp_draft/reach")["body"])
    for words in ("≈ 160", "± 12", "No consent", "The customer has not agreed"):
        assert words in told["pieces"]["reach"]
    assert "≈ 160 of 200 would get it now" in told["pieces"]["checks"]
    assert json.loads(told["seen"])["channels"] == {"email": 160}


def test_the_message_is_shown_in_a_frame_without_scripts(fake: Fake) -> None:
    assert "Spring is here" in ask("GET", "/cmp_draft/preview")["body"]
    framed = ask("GET", "/cmp_draft/preview/mail")
    assert "sandbox" in framed["headers"]["content-security-policy"]
    assert framed["body"].startswith("<p>Hello")


def test_a_test_is_sent_for_each_mail_and_the_audience_can_be_tried(fake: Fake) -> None:
    assert "type%20an%20email" not in str(ask("POST", "/cmp_draft/test", to="me@example.com", htmx="x"))
    assert ("test", "me@example.com") in fake.asked
    assert ask("POST", "/cmp_draft/test", to="nobody", htmx="x")["statusCode"] == 422
    assert ask("POST", "/cmp_draft/lint")["headers"]["location"] == "/console/templates/tpl_1/lint/job_1"
    assert ("lint", None) in fake.asked


def test_the_checklist_says_what_the_last_try_on_the_audience_came_to(fake: Fake) -> None:
    assert "Try it on the audience" in ask("GET", "/cmp_draft/edit")["body"]
    begun = ask("POST", "/cmp_draft/lint", htmx="checks")["body"]
    assert "It is being tried" in begun
    assert 'hx-get="/console/campaigns/cmp_draft/lint"' in begun
    fake.lint = linted()
    ended = ask("GET", "/cmp_draft/lint", htmx="checks", query="to=me@example.com")["body"]
    assert "Tried on 200 customers: nothing is missing" in ended
    assert "hx-get" not in ended
    assert 'value="me@example.com"' in ended


@pytest.mark.parametrize(
    ("schedule", "asked"),
    [
        ({}, 'data-ask="Send to the audience now?"'),
        ({"kind": "at", "at": "2026-12-01T09:00:00Z"}, 'data-ask="Schedule all the same?"'),
    ],
)
def test_who_sends_what_would_have_gaps_is_warned_first(
    fake: Fake, schedule: dict[str, str], asked: str
) -> None:
    plan = DRAFT.plan.model_copy(update={"schedule": Schedule.model_validate(schedule)})
    fake.put(replace(DRAFT, plan=plan))
    fake.lint = linted(empty_name=3, error=1)
    body = ask("GET", "/cmp_draft/edit")["body"]
    said = "Tried on 200 customers: messages that cannot be filled in: 1, would show an empty name: 3."
    assert asked in body
    assert body.count(said) == 2
    fake.lint = linted(empty_name=3, fresh=False)
    body = ask("GET", "/cmp_draft/edit")["body"]
    assert "have changed since" in body
    assert "would show an empty name" not in body


def test_what_cannot_be_tried_is_said(fake: Fake) -> None:
    fake.refusal = InvalidError("the draft has faults")
    assert "The draft has faults" in ask("POST", "/cmp_draft/lint", htmx="checks")["headers"]["hx-trigger"]


def test_sending_now_goes_to_the_page_and_scheduling_can_be_taken_back(fake: Fake) -> None:
    assert ask("POST", "/cmp_draft/launch")["headers"]["location"] == "/console/campaigns/cmp_draft"
    fake.put(
        replace(DRAFT, plan=Plan.model_validate({"schedule": {"kind": "at", "at": "2026-12-01T09:00:00Z"}}))
    )
    answer = ask("POST", "/cmp_draft/launch")
    assert [name for name, _ in fake.asked] == ["send", "schedule"]
    assert "cmp_draft%2Funschedule" in str(answer["cookies"]) or "cmp_draft/unschedule" in str(
        answer["cookies"]
    )


def test_what_stands_in_the_way_is_said_in_the_composer(fake: Fake) -> None:
    fake.refusal = InvalidError("choose a template", [Fault("/template", "choose a template")])
    answer = ask("POST", "/cmp_draft/launch")
    assert answer["statusCode"] == 422
    assert "hoose a template" in answer["body"]


@pytest.mark.parametrize("deed", ["pause", "resume", "cancel", "approve", "unschedule"])
def test_a_deed_leads_back_with_what_was_done_or_why_not(fake: Fake, deed: str) -> None:
    assert ask("POST", f"/cmp_draft/{deed}")["headers"]["location"] == "/console/campaigns/cmp_draft"
    assert fake.asked == [(deed, None)]
    fake.refusal = ConflictError("this campaign is a draft")
    assert "This%20campaign%20is%20a%20draft" in str(ask("POST", f"/cmp_draft/{deed}")["cookies"])


def test_archiving_can_be_undone_and_duplicates_are_drafts(fake: Fake) -> None:
    assert "unarchive" in str(ask("POST", "/cmp_draft/archive")["cookies"])
    ask("POST", "/cmp_draft/unarchive")
    assert fake.asked == [("archive", True), ("archive", False)]
    assert ask("POST", "/cmp_draft/duplicate")["headers"]["location"].endswith("/cmp_copy/edit")


def test_while_it_goes_out_the_page_follows_and_then_reloads(fake: Fake) -> None:
    fake.put(of_status(Status.SENDING))
    body = ask("GET", "/cmp_sending")["body"]
    assert 'data-pulse="2"' in body
    assert "400 of 1,000" in body
    assert "a minute" in body
    part = ask("GET", "/cmp_sending", htmx="live")
    assert part["body"].lstrip().startswith("<div")
    fake.put(of_status(Status.COMPLETED, id="cmp_sending"))
    assert ask("GET", "/cmp_sending", htmx="live")["headers"]["hx-refresh"] == "true"


def test_the_report_tells_all_of_it(fake: Fake) -> None:
    fake.put(of_status(Status.COMPLETED))
    body = ask("GET", "/cmp_completed")["body"]
    for words in (
        "Chance to be best",
        "No consent",
        "Revenue, last touch",
        "12 opened or clicked by machines only",
        "80%",
    ):
        assert words in body


def test_people_behind_a_number_are_sifted_and_told_as_a_file(fake: Fake) -> None:
    fake.put(of_status(Status.COMPLETED))
    body = ask("GET", "/cmp_completed", query="tab=people&state=clicked&variant=B&reason=no_consent")["body"]
    assert "Deleted customer" in body
    asked: dict[str, Any] = dict(fake.asked)["recipients"]
    assert (asked["state"], asked["variant"], asked["reason"]) == ("clicked", "B", Reason.NO_CONSENT)
    assert "cus_1" in ask("GET", "/cmp_completed", query="tab=people&format=csv")["body"]


def test_links_stand_in_a_table_and_on_the_mail(fake: Fake) -> None:
    fake.put(of_status(Status.COMPLETED))
    assert "https://shop.example/spring" in ask("GET", "/cmp_completed", query="tab=links")["body"]
    assert "18 · 4.9%" in ask("GET", "/cmp_completed/links/mail")["body"]


def test_what_waits_for_approval_says_so(fake: Fake) -> None:
    fake.put(of_status(Status.NEEDS_APPROVAL, runs=0, run=None, note="its moment passed at 09:00"))
    body = ask("GET", "/cmp_needs_approval")["body"]
    assert "Its moment passed at 09:00." in body
    assert "Approve and send" in body


def test_the_calendar_shows_what_went_is_due_and_recurs(fake: Fake) -> None:
    dated = Plan.model_validate({"schedule": {"kind": "at", "at": "2026-11-26T22:30:00Z"}})
    fake.put(of_status(Status.SCHEDULED, runs=0, run=None, plan=dated))
    fake.put(replace(DRAFT, plan=dated, name="Dated draft"))
    fake.entries = [
        CalendarEntry(
            "cmp_scheduled", "Spring sale", NOW + timedelta(days=5, hours=10.5), "due", Status.SCHEDULED
        ),
        CalendarEntry("cmp_draft", "Weekly", NOW + timedelta(days=7), "recurs", Status.SCHEDULED),
    ]
    body = ask("GET", "/calendar", query="at=2026-11-01")["body"]
    for words in (
        "November 2026",
        "22:30",
        "Dated draft",
        "Weekly",
        'data-move="/console/campaigns/cmp_scheduled/move"',
        "in quiet hours",
    ):
        assert words in body
    assert "data-move" not in ask("GET", "/calendar", query="at=2026-11-01", role="viewer")["body"]
    assert "23–29 November 2026" in ask("GET", "/calendar", query="view=week&at=2026-11-26")["body"]


def test_moving_keeps_the_hour_and_can_be_undone(fake: Fake) -> None:
    dated = Plan.model_validate({"schedule": {"kind": "at", "at": "2026-11-26T22:30:00Z"}})
    fake.put(replace(DRAFT, plan=dated))
    answer = ask("POST", "/cmp_draft/move", day="2026-11-28", version="3", htmx="calendar")
    events = json.loads(answer["headers"]["hx-trigger"])
    assert events["toast"]["undo"] == "/console/campaigns/cmp_draft/move?day=2026-11-26"
    moved_to = fake.known["cmp_draft"].plan.schedule.at
    assert moved_to is not None
    assert moved_to.isoformat() == "2026-11-28T22:30:00+00:00"
    fake.put(of_status(Status.SENDING))
    refused = json.loads(
        ask("POST", "/cmp_sending/move", day="2026-11-28", htmx="calendar")["headers"]["hx-trigger"]
    )
    assert refused["toast"]["bad"]
    assert "changed" in refused


def test_the_budget_of_what_is_under_way_can_be_raised_and_it_goes_on(fake: Fake) -> None:
    bounded = Plan.model_validate({"budget": 30_050})
    fake.put(of_status(Status.PAUSED, plan=bounded, note="Its budget does not suffice."))
    page = ask("GET", "/cmp_paused")["body"]
    assert 'value="300.50"' in page
    assert "Its budget does not suffice." in page

    answer = ask("POST", "/cmp_paused/budget", budget="400", then="resume")
    assert answer["headers"]["location"] == "/console/campaigns/cmp_paused"
    (changed, change), (resumed, _) = fake.asked
    assert (changed, change.budget, resumed) == ("change", 40_000, "resume")

    fake.asked.clear()
    ask("POST", "/cmp_paused/budget", budget="")
    ((_, change),) = fake.asked
    assert (change.budget, change.model_fields_set) == (None, {"budget"})


def test_a_budget_that_is_no_amount_is_refused(fake: Fake) -> None:
    fake.put(of_status(Status.PAUSED, plan=Plan.model_validate({"budget": 10})))
    answer = ask("POST", "/cmp_paused/budget", budget="much", then="resume")
    assert "no%20amount" in answer["cookies"][0]
    assert fake.asked == []


def test_without_a_budget_none_is_offered(fake: Fake) -> None:
    fake.put(of_status(Status.SENDING))
    assert "/budget" not in ask("GET", "/cmp_sending")["body"]


def test_failed_batches_are_listed_with_whom_they_were_for_and_tried_again(fake: Fake) -> None:
    fake.put(of_status(Status.SENDING))
    assert "tab=failed" not in ask("GET", "/cmp_sending")["body"]
    fake.failures = [
        CampaignFailure("dsp_1:7", "first", "A", ("cus_1", "cus_2"), "the table is busy", NOW),
        CampaignFailure("dsp_1:8", "first", "", ("cus_3",), "ValueError", NOW),
    ]
    assert "2 batches of up to 48 customers failed" in ask("GET", "/cmp_sending")["body"]
    page = ask("GET", "/cmp_sending", query="tab=failed")["body"]
    for words in ("The table is busy.", "/console/customers/cus_2", 'value="dsp_1:7"', "Try all again"):
        assert words in page
    assert "Try all again" not in ask("GET", "/cmp_sending", query="tab=failed", role="viewer")["body"]

    answer = ask("POST", "/cmp_sending/retry", batch="dsp_1:7", run="1")
    assert answer["headers"]["location"] == "/console/campaigns/cmp_sending?tab=failed"
    ask("POST", "/cmp_sending/retry", run="1")
    assert fake.asked == [("retry", ["dsp_1:7"]), ("retry", None)]
