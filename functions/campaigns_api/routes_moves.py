"""A campaign's life cycle: send, schedule, approve, pause, resume, cancel."""

from campaigns_api.routes_definitions import ONE, by
from campaigns_api.schemas import CampaignView, ScheduleBody
from regulars import campaigns
from regulars.campaigns import Campaign
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

routes = Routes("campaigns_api")


@routes.post(f"{ONE}/send", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView, status=202)
def send_campaign(call: Call) -> Campaign:
    """Begin to send a draft at once. All that is missing is refused together, with a pointer each."""
    return campaigns.send_campaign(
        call.tenant, call.params["campaign_id"], now=call.now, by=by(call), once=call.once
    )


@routes.post(f"{ONE}/schedule", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def schedule_campaign(call: Call, body: ScheduleBody) -> Campaign:
    """Have a campaign begin by itself, by its own schedule or the one given; a scheduled one moves.

    With recipients' own time zones it begins where the day begins first. Should nothing be able to run at that moment, it waits
    for approval when more than an hour has passed.
    """
    return campaigns.schedule_campaign(
        call.tenant, call.params["campaign_id"], now=call.now, schedule=body.schedule, once=call.once
    )


@routes.post(f"{ONE}/unschedule", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def unschedule_campaign(call: Call) -> Campaign:
    """Take a campaign that has not begun back to a draft."""
    return campaigns.unschedule_campaign(call.tenant, call.params["campaign_id"], now=call.now)


@routes.post(f"{ONE}/approve", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView, status=202)
def approve_campaign(call: Call) -> Campaign:
    """Begin a campaign that waits for approval, at once."""
    return campaigns.approve_campaign(
        call.tenant, call.params["campaign_id"], now=call.now, by=by(call), once=call.once
    )


@routes.post(f"{ONE}/pause", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def pause_campaign(call: Call) -> Campaign:
    """Pause: from the answer on nothing of it goes out; what is planned is kept."""
    return campaigns.pause_campaign(call.tenant, call.params["campaign_id"], now=call.now, once=call.once)


@routes.post(f"{ONE}/resume", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def resume_campaign(call: Call) -> Campaign:
    """Go on with a campaign that is paused or whose planning failed.

    One that has paused by itself as its budget was reached needs a higher one first.
    """
    return campaigns.resume_campaign(call.tenant, call.params["campaign_id"], now=call.now, once=call.once)


@routes.post(f"{ONE}/cancel", permission=Permission.CAMPAIGNS_WRITE, answer=CampaignView)
def cancel_campaign(call: Call) -> Campaign:
    """Cancel for good: from the answer on nothing more of it is sent."""
    return campaigns.cancel_campaign(call.tenant, call.params["campaign_id"], now=call.now, once=call.once)
