"""A campaign's templates tried on its audience before anything goes out: who would see an empty name or a gap, whom they fail.

The work is that of messaging's checks of templates, one job a template of the shop's own; here is remembered which jobs were the
last, and of what they told.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from regulars.campaigns.lint_store import KeptLint, LintJob, keep_lint, read_lint
from regulars.campaigns.model import Campaign
from regulars.campaigns.plan import Audience, Plan
from regulars.campaigns.service import get_campaign
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.ids import digest
from regulars.kernel.jobs import ACTIVE, Job, State, get_job
from regulars.kernel.tenancy import Tenant
from regulars.messaging import LintAudience, start_template_lint
from regulars.messaging.templates.version_store import KeyPlace, read_key

# A check takes so many of a list.
_TRIED = 1000


@dataclass(frozen=True, slots=True)
class LintResult:
    """What the last check came to: so many customers are `checked`, and of their messages, of all templates and channels, how
    many have an empty name (`empty_name`), another gap (`missing`), cannot be filled in (`error`). `fresh` is whether audience
    and published versions are as they were."""

    at: datetime
    state: State
    fresh: bool
    checked: int
    empty_name: int
    missing: int
    error: int
    jobs: tuple[LintJob, ...]

    @property
    def running(self) -> bool:
        return self.state in ACTIVE

    @property
    def problems(self) -> int:
        return self.empty_name + self.missing + self.error


def start_campaign_lint(tenant: Tenant, campaign_id: str, *, now: datetime, by: str = "") -> LintResult:
    """Begin to try the drafts of a campaign's own templates on its audience. Raises NotFoundError, InvalidError when there is no
    audience, no template of the shop's own, or one whose draft has faults."""
    campaign = get_campaign(tenant, campaign_id)
    plan = campaign.plan
    if not plan.audience.kind:
        raise InvalidError.of("/audience", "choose who gets it")
    own = _own_templates(tenant, plan)
    if not own:
        detail = "choose a template of the shop's own first; those of the library are checked already"
        raise InvalidError.of("/template", detail)
    audience = _tried(plan.audience)
    jobs = tuple(
        LintJob(one.template_id, start_template_lint(tenant, one.template_id, audience, now=now, by=by).id)
        for one in own.values()
    )
    keep_lint(tenant, campaign_id, KeptLint(now, _state_of(plan, own), jobs))
    return LintResult(now, State.QUEUED, True, 0, 0, 0, 0, jobs)


def campaign_lint(tenant: Tenant, campaign: Campaign) -> LintResult | None:
    """The last check of a campaign, None if there is none. 1 request unit, and 1.5 for each of its templates."""
    kept = read_lint(tenant, campaign.id)
    jobs = list(_jobs(tenant, kept)) if kept else []
    if kept is None or len(jobs) < len(kept.jobs):
        return None
    counts: Counter[str] = Counter()
    for job in jobs:
        counts.update(job.counts)
    fresh = kept.told_of == _state_of(campaign.plan, _own_templates(tenant, campaign.plan))
    # Each template is tried on the same customers.
    checked = max(job.counts.get("checked", 0) for job in jobs)
    found = {name: counts[name] for name in ("empty_name", "missing", "error")}
    return LintResult(kept.at, _slowest(jobs), fresh, checked, jobs=kept.jobs, **found)


def _jobs(tenant: Tenant, kept: KeptLint) -> Iterator[Job]:
    for one in kept.jobs:
        with suppress(NotFoundError):
            yield get_job(tenant, one.job_id)


def _slowest(jobs: list[Job]) -> State:
    """At work while any is; else the first that came to no good end."""
    states = [one.state for one in jobs]
    order = sorted(states, key=lambda one: (one not in ACTIVE, one is State.SUCCEEDED))
    return order[0]


def _own_templates(tenant: Tenant, plan: Plan) -> dict[str, KeyPlace]:
    found = ((key, read_key(tenant, key)) for key in plan.templates)
    return {key: place for key, place in found if place is not None and not place.archived}


def _tried(audience: Audience) -> LintAudience:
    """Whose messages are tried: an audience by a rule is known only once it goes out, so everybody stands for it."""
    if audience.segment:
        return LintAudience(segment=audience.segment)
    if audience.customers:
        return LintAudience(customers=list(audience.customers)[:_TRIED])
    return LintAudience(all=True)


def _state_of(plan: Plan, own: dict[str, KeyPlace]) -> str:
    """What a check is true of, as one value: audience and published versions."""
    versions = [f"{key}@{place.template_id}:{place.published}" for key, place in sorted(own.items())]
    return digest(plan.audience.model_dump_json(), *versions)
