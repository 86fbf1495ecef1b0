"""The use cases behind the pages of campaigns, played by a fake with one shop of a few campaigns."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from console import shell
from console.handler import handler
from console.shell import Shop
from regulars import campaigns, messaging, segments
from regulars.campaigns import (
    AudiencePreview,
    CalendarEntry,
    Campaign,
    CampaignChange,
    CampaignFailure,
    Finding,
    HourFigures,
    LinkFigures,
    LintResult,
    Metrics,
    Plan,
    Refused,
    Run,
    Status,
    VariantFigures,
)
from regulars.campaigns.figures import Figures
from regulars.campaigns.lint_store import LintJob
from regulars.kernel.errors import NotFoundError, StaleError
from regulars.kernel.jobs import State as JobState
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, Delivery, MessagingSettings, Reason, State
from regulars.messaging.content import EmailContent
from regulars.segments import Kind, Segment

TENANT = Tenant("ten_01KAZZZZZZZZZZZZZZZZZZZZZZ")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHOP = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
LOYAL = Segment("seg_1", "Loyal", Kind.DYNAMIC, {"version": 1, "root": {}}, NOW, NOW)
HTML = '<p>Hello</p><a href="https://shop.example/spring">Spring</a>'
DRAFT = Campaign(
    "cmp_draft",
    "Spring sale",
    Status.DRAFT,
    Plan.model_validate(
        {"audience": {"segment": "seg_1"}, "channels": ["email"], "template": "spring", "tags": ["spring"]}
    ),
    NOW,
    NOW,
    version=3,
)
RUN = Run(1, NOW - timedelta(minutes=5), NOW, branches=())
FIGURES = Figures(
    planned=1000,
    handled=400,
    sent=380,
    delivered=370,
    opened=90,
    clicked=20,
    not_sent=20,
    machine=12,
    revenue=12_300,
    cost=400,
    reasons={"no_consent": 20},
)
DELIVERY = Delivery(
    "dlv_1", "cus_1", Channel.EMAIL, "spring", "", State.CLICKED, NOW, sent_at=NOW, clicked_at=NOW
)


def of_status(status: Status, **more: Any) -> Campaign:
    """A campaign that has run once."""
    return replace(
        DRAFT,
        **({"id": f"cmp_{status.value}", "status": status, "runs": 1, "run": RUN, "started_at": NOW} | more),
    )


def linted(state: JobState = JobState.SUCCEEDED, **found: Any) -> LintResult:
    """A try of the templates on 200 customers."""
    given = {"fresh": True, "checked": 200, "empty_name": 0, "missing": 0, "error": 0} | found
    return LintResult(NOW, state, jobs=(LintJob("tpl_1", "job_1"),), **given)


@dataclass
class Fake:
    """`refusal` is raised by what changes something; `asked` are the names of what was called, with what they were given."""

    known: dict[str, Campaign] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refusal: Exception | None = None
    entries: list[CalendarEntry] = field(default_factory=list)
    lint: LintResult | None = None
    failures: list[CampaignFailure] = field(default_factory=list)

    def put(self, campaign: Campaign) -> Campaign:
        self.known[campaign.id] = campaign
        return campaign

    def _did(self, name: str, campaign_id: str, given: Any = None) -> Campaign:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((name, given))
        return self.known.get(campaign_id, DRAFT)

    # campaigns
    def get_campaign(self, tenant: Tenant, campaign_id: str) -> Campaign:
        if campaign_id not in self.known:
            raise NotFoundError
        return self.known[campaign_id]

    def list_campaigns(self, tenant: Tenant, *, archived: bool = False, **asked: Any) -> Page[Campaign]:
        status = asked.get("status")
        return Page(
            [one for one in self.known.values() if one.archived == archived and status in {None, one.status}]
        )

    def create_campaign(self, tenant: Tenant, given: Any, **more: Any) -> Campaign:
        self._did("create", "", given)
        return self.put(replace(DRAFT, id="cmp_new", name=given.name))

    def change_campaign(
        self,
        tenant: Tenant,
        campaign_id: str,
        change: CampaignChange,
        *,
        now: datetime,
        version: int | None = None,
    ) -> Campaign:
        before = self._did("change", campaign_id, change)
        if version not in {None, before.version}:
            raise StaleError
        return self.put(replace(before, plan=change.applied_to(before.plan), version=before.version + 1))

    def check_campaign(self, tenant: Tenant, campaign: Campaign, now: datetime) -> list[Finding]:
        return self.findings

    def preview_audience(self, tenant: Tenant, plan: Plan, *, now: datetime) -> AudiencePreview:
        refused = [Refused(Reason.NO_CONSENT, "The customer has not agreed.", 40, ["cus_1"])]
        return AudiencePreview(200, 160, 5, False, 12, 100, {Channel.EMAIL: 160}, refused)

    def next_occurrences(
        self, text: str, first: datetime, zone: ZoneInfo, count: int, after: datetime
    ) -> list[datetime]:
        return [first + timedelta(days=7 * step) for step in range(count)]

    def campaign_totals(self, tenant: Tenant, found: Any) -> dict[str, Counter[str]]:
        return {
            one.id: Counter(sent=380, delivered=370, opened=90, revenue_last=12_300, handled=400)
            for one in found
        }

    def campaign_metrics(self, tenant: Tenant, campaign_id: str, **asked: Any) -> Metrics:
        variants = [VariantFigures("A", FIGURES, 0.2), VariantFigures("B", FIGURES, 0.8)]
        failed = len(self.failures)
        return Metrics(campaign_id, 1, NOW, "GBP", FIGURES, variants, failed_batches=failed)

    def campaign_failures(self, tenant: Tenant, campaign_id: str, **asked: Any) -> list[CampaignFailure]:
        return self.failures

    def retry_failures(self, tenant: Tenant, campaign_id: str, batches: Any, **asked: Any) -> int:
        self._did("retry", campaign_id, batches)
        return 1

    def campaign_over_time(self, tenant: Tenant, campaign_id: str, *, run: int = 0) -> list[HourFigures]:
        return [HourFigures(NOW, {"opened": 5}), HourFigures(NOW + timedelta(hours=1), {"clicked": 2})]

    def campaign_links(self, tenant: Tenant, campaign_id: str, *, run: int = 0) -> list[LinkFigures]:
        return [LinkFigures("spring", "1", "https://shop.example/spring", 20, 18, 2)]

    def campaign_recipients(self, tenant: Tenant, campaign_id: str, **asked: Any) -> Page[Delivery]:
        self.asked.append(("recipients", asked))
        return Page([DELIVERY])

    def campaign_calendar(self, tenant: Tenant, start: datetime, end: datetime) -> list[CalendarEntry]:
        return self.entries

    def send_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("send", campaign_id)

    def schedule_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return replace(self._did("schedule", campaign_id), due_at=NOW + timedelta(days=1))

    def unschedule_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("unschedule", campaign_id)

    def pause_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("pause", campaign_id)

    def resume_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("resume", campaign_id)

    def cancel_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("cancel", campaign_id)

    def approve_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("approve", campaign_id)

    def archive_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return self._did("archive", campaign_id, more.get("archived", True))

    def delete_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> None:
        self._did("delete", campaign_id)

    def start_campaign_lint(self, tenant: Tenant, campaign_id: str, **more: Any) -> LintResult:
        self._did("lint", campaign_id)
        self.lint = linted(JobState.QUEUED)
        return self.lint

    def campaign_lint(self, tenant: Tenant, campaign: Campaign) -> LintResult | None:
        return self.lint

    def duplicate_campaign(self, tenant: Tenant, campaign_id: str, **more: Any) -> Campaign:
        return replace(self._did("duplicate", campaign_id), id="cmp_copy", name="Spring sale (copy)")


@dataclass
class FakeTemplates:
    """What the pages ask of templates."""

    asked: list[tuple[str, Any]]

    def send_template_test(self, tenant: Tenant, source: Any, *, to: str, **more: Any) -> str:
        self.asked.append(("test", to))
        return "mail-1"

    def list_templates(self, tenant: Tenant, **asked: Any) -> Page[Any]:
        one = SimpleNamespace(
            id="tpl_1",
            key="spring",
            name="Spring",
            category="promotions",
            channels=("email",),
            languages=("en",),
            published=2,
        )
        return Page([one])

    def template_library(self) -> list[Any]:
        return [
            SimpleNamespace(
                key=key,
                name=key,
                description="",
                category="promotions",
                channels=("email",),
                languages=("en",),
            )
            for key in ("new_offer", "reengage_30", "welcome_1")
        ]

    def template_version(self, tenant: Tenant, template_id: str, number: int) -> Any:
        return SimpleNamespace(source=FakeSource())

    def preview_template(self, tenant: Tenant, source: Any, **asked: Any) -> Any:
        content = EmailContent("Spring is here", HTML, "Hello")
        return SimpleNamespace(content=content, findings=[], missing=frozenset(), sms=None, size=2400)


class FakeSource:
    """A source as far as pages look into it."""

    contents = SimpleNamespace(email={"en": {"subject": "Spring is here"}})


def install(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a fake in the place of the use cases."""
    made = Fake()
    made.put(DRAFT)
    _replace(monkeypatch, campaigns, made)
    _replace(monkeypatch, messaging, FakeTemplates(made.asked))
    monkeypatch.setattr(segments, "list_segments", lambda tenant, now: [LOYAL], raising=False)
    monkeypatch.setattr(segments, "sizes", lambda tenant, ids: {"seg_1": 200}, raising=False)
    for module in SHOPPERS:
        monkeypatch.setattr(f"console.{module}.shop_of", lambda request: SHOP)
    for module in SETTLED:
        monkeypatch.setattr(f"console.{module}.messaging_settings", lambda tenant: MessagingSettings())
    for module in ("campaign_reach", "campaign_people", "campaign_failures"):
        monkeypatch.setattr(f"console.{module}.known_among", lambda tenant, ids: {})
    for module in ("pages.campaigns", "pages.campaign"):
        monkeypatch.setattr(f"console.{module}.standing_of", lambda request: None)
    monkeypatch.setattr("console.campaign_draft.preview_people", lambda request: [])
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    return made


SHOPPERS = (
    "shell",
    "campaign_draft",
    "pages.campaigns",
    "pages.campaign",
    "pages.campaign_calendar",
    "pages.campaign_compose",
    "pages.campaign_deeds",
)
SETTLED = (
    "campaign_draft",
    "campaign_templates",
    "pages.campaigns",
    "pages.campaign",
    "pages.campaign_calendar",
)


def _replace(monkeypatch: pytest.MonkeyPatch, module: Any, fake: object) -> None:
    for name in dir(type(fake)):
        if not name.startswith("_") and name != "put" and callable(getattr(fake, name)):
            monkeypatch.setattr(module, name, getattr(fake, name), raising=False)


def ask(
    method: str, path: str, *, role: str = "marketer", query: str = "", htmx: str = "", **form: Any
) -> dict[str, Any]:
    """One request of a browser; `htmx` is the id of the element that asks for itself."""
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://regulars.test"}
    if htmx:
        headers |= {"hx-request": "true", "hx-target": f"div#{htmx}"}
    event = {
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": f"/console/campaigns{path}"},
            "authorizer": {
                "lambda": {"tenant": TENANT.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
            },
        },
        "body": urlencode(form, doseq=True),
    }
    return handler(event, None)
