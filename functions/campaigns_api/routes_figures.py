"""What campaigns come to: audience beforehand, metrics, recipients, calendar, exports."""

from dataclasses import replace
from typing import Any

from campaigns_api.routes_definitions import ONE, by
from campaigns_api.schemas import (
    AudienceView,
    CalendarQuery,
    CalendarView,
    ExportBody,
    HoursView,
    JobView,
    LinksView,
    MetricsView,
    RecipientPage,
    RecipientsQuery,
    RunQuery,
)
from regulars import campaigns
from regulars.campaigns import AudiencePreview, Metrics, Plan
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.jobs import Job
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Delivery, Reason

routes = Routes("campaigns_api")


@routes.post("/campaigns/audience", permission=Permission.CAMPAIGNS_READ, answer=AudienceView)
def preview_campaign_audience(call: Call, body: Plan) -> AudiencePreview:
    """Try out who would get a campaign now: how many, by which channel, who not and why.

    Nothing is saved or sent. Everybody in a small audience is looked at, else a fair sample. Ids are shown to those who may read
    customers.
    """
    found = campaigns.preview_audience(call.tenant, body, now=call.now)
    if call.caller.may(Permission.CUSTOMERS_READ):
        return found
    return replace(found, refused=[replace(one, sample=[]) for one in found.refused])


@routes.get("/campaigns/calendar", permission=Permission.CAMPAIGNS_READ, answer=CalendarView)
def get_campaign_calendar(call: Call, query: CalendarQuery) -> dict[str, Any]:
    """Get what ran, what is due and when what recurs will come again, in a span of up to 100 days."""
    return {"items": campaigns.campaign_calendar(call.tenant, query.start, query.end)}


@routes.get(f"{ONE}/metrics", permission=Permission.CAMPAIGNS_READ, answer=MetricsView)
def get_campaign_metrics(call: Call, query: RunQuery) -> Metrics:
    """Get a run's figures as they stand: by variant and channel, progress, cost, revenue, uplift against the hold-out."""
    return campaigns.campaign_metrics(call.tenant, call.params["campaign_id"], run=query.run, now=call.now)


@routes.get(f"{ONE}/metrics/over-time", permission=Permission.CAMPAIGNS_READ, answer=HoursView)
def get_campaign_metrics_over_time(call: Call, query: RunQuery) -> dict[str, Any]:
    """Get what came about in each hour of a run."""
    return {"items": campaigns.campaign_over_time(call.tenant, call.params["campaign_id"], run=query.run)}


@routes.get(f"{ONE}/links", permission=Permission.CAMPAIGNS_READ, answer=LinksView)
def list_campaign_links(call: Call, query: RunQuery) -> dict[str, Any]:
    """List the links of a run's messages, the most clicked first."""
    return {"items": campaigns.campaign_links(call.tenant, call.params["campaign_id"], run=query.run)}


@routes.get(f"{ONE}/recipients", permission=Permission.CUSTOMERS_READ, answer=RecipientPage)
def list_campaign_recipients(call: Call, query: RecipientsQuery) -> Page[Delivery]:
    """List the people behind a number. A page may be short and still have a `next`."""
    call.authorize(Permission.CAMPAIGNS_READ, own=False)
    if query.reason and query.reason not in set(Reason):
        raise InvalidError.of("reason", "is not a reason of deliveries")
    return campaigns.campaign_recipients(
        call.tenant,
        call.params["campaign_id"],
        state=query.state,
        variant=query.variant,
        reason=Reason(query.reason) if query.reason else None,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.post(f"{ONE}/export", permission=Permission.EXPORTS_WRITE, answer=JobView, status=202)
def export_campaign_audience(call: Call, body: ExportBody) -> Job:
    """Write a campaign's audience to a file: for letters, or for an advertiser's audience with hashed addresses.

    Who may not be written to on an address's channel is left out of audiences.
    """
    call.authorize(Permission.CAMPAIGNS_READ, own=False)
    return campaigns.start_export(
        call.tenant, call.params["campaign_id"], body.kind, now=call.now, by=by(call), once=call.once
    )
