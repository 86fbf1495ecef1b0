"""Campaigns' plans: list, create, read, change, delete, duplicate, archive."""

from campaigns_api.schemas import (
    ArchiveBody,
    CampaignDetailView,
    CampaignPage,
    CampaignsQuery,
    CampaignView,
    DuplicateBody,
    LintView,
)
from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange, LintResult, NewCampaign
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("campaigns_api")
ONE = "/campaigns/{campaign_id}"


@routes.get("/campaigns", permission=Permission.CAMPAIGNS_READ, answer=CampaignPage)
def list_campaigns(call: Call, query: CampaignsQuery) -> Page[Campaign]:
    """List campaigns, the newest first. A filtered page may be short and still have a `next`."""
    return campaigns.list_campaigns(
        call.tenant,
        status=query.status,
        tag=query.tag,
        text=query.text,
        archived=query.archived,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.post(
    "/campaigns",
    permission=Permission.CAMPAIGNS_WRITE,
    answer=CampaignView,
    status=201,
    location="/campaigns/{id}",
)
def create_campaign(call: Call, body: NewCampaign) -> Campaign:
    """Create a draft, which needs no more than a name.

    What can never be right (a segment that is not there, a rule or a recurrence that cannot be read) is refused with a pointer
    to each fault; what is missing is told by `GET /campaigns/{campaign_id}` and refused when it is to be sent."""
    return campaigns.create_campaign(call.tenant, body, now=call.now, by=by(call), once=call.once)


@routes.get(ONE, permission=Permission.CAMPAIGNS_READ, answer=CampaignDetailView)
def get_campaign(call: Call) -> CampaignDetailView:
    """Read a campaign, how far its run is and, while it can be changed, what keeps it from being sent."""
    found = campaigns.get_campaign(call.tenant, call.params["campaign_id"])
    begun = found.status not in campaigns.CHANGEABLE
    if begun:
        return CampaignDetailView.detailed(found, [], None)
    findings = campaigns.check_campaign(call.tenant, found, call.now)
    return CampaignDetailView.detailed(found, findings, campaigns.campaign_lint(call.tenant, found))


@routes.post(f"{ONE}/lint", permission=Permission.CAMPAIGNS_WRITE, answer=LintView, status=202)
def lint_campaign(call: Call) -> LintResult:
    """Try the drafts of its templates on the audience, by a job each: who would get an empty name, a gap, or nothing.

    Nothing is sent. `GET /campaigns/{campaign_id}` shows what it comes to. A rule as audience stands for everybody, of a list the
    first 1,000 are tried; templates of the library are checked already.
    """
    return campaigns.start_campaign_lint(call.tenant, call.params["campaign_id"], now=call.now, by=by(call))


@routes.put(ONE, permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView, errors=(412,))
def change_campaign(call: Call, body: CampaignChange) -> Campaign:
    """Change a campaign that has not begun; what is left out stays, what is given is replaced as a whole.

    A scheduled one moves to its new moment. Of one that is under way `budget` alone can be changed.
    """
    campaign_id = call.params["campaign_id"]
    return campaigns.change_campaign(call.tenant, campaign_id, body, now=call.now, version=call.if_match)


@routes.delete(ONE, permission=Permission.CAMPAIGNS_WRITE, errors=(412,))
def delete_campaign(call: Call) -> None:
    """Delete a draft that has sent nothing; others are archived."""
    campaigns.delete_campaign(call.tenant, call.params["campaign_id"], version=call.if_match)


@routes.post(
    f"{ONE}/duplicate",
    permission=Permission.CAMPAIGNS_WRITE,
    answer=CampaignView,
    status=201,
    location="/campaigns/{id}",
)
def duplicate_campaign(call: Call, body: DuplicateBody) -> Campaign:
    """Create a draft with the plan of another campaign."""
    return campaigns.duplicate_campaign(
        call.tenant,
        call.params["campaign_id"],
        now=call.now,
        name=body.name or "",
        by=by(call),
        once=call.once,
    )


@routes.post(f"{ONE}/archive", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def archive_campaign(call: Call, body: ArchiveBody) -> Campaign:
    """Put a campaign that is not under way out of sight, or back."""
    return campaigns.archive_campaign(
        call.tenant, call.params["campaign_id"], now=call.now, archived=body.archived
    )


def by(call: Call) -> str:
    """Who asks, as it is kept."""
    return f"{call.caller.kind}:{call.caller.id}"
