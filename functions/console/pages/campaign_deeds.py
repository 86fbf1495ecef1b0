"""What is done to a campaign that is planned or under way: pause, resume, cancel, approve, back to a draft, a test send."""

from collections.abc import Callable
from datetime import datetime
from typing import cast, get_args

from pydantic import ValidationError

from console.campaign_change import minor_of
from console.campaign_texts import PATH
from console.routing import Pages
from console.shell import shop_of
from console.web import Reply, Request, done, flash_cookie, redirect
from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange
from regulars.campaigns.exporting import Kind
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError
from regulars.kernel.permissions import Permission
from regulars.kernel.tenancy import Tenant

PAGES = Pages()

_ONE = f"{PATH}/{{campaign_id}}"
_WRITE = Permission.CAMPAIGNS_WRITE


@PAGES.post(f"{_ONE}/pause", permission=_WRITE)
def pause(request: Request) -> Reply:
    return _back(
        request, campaigns.pause_campaign, "Paused: nothing goes out until it is resumed", undo="resume"
    )


@PAGES.post(f"{_ONE}/resume", permission=_WRITE)
def resume(request: Request) -> Reply:
    return _back(request, campaigns.resume_campaign, "It goes on", undo="pause")


@PAGES.post(f"{_ONE}/cancel", permission=_WRITE)
def cancel(request: Request) -> Reply:
    return _back(request, campaigns.cancel_campaign, "Cancelled: nothing more goes out")


@PAGES.post(f"{_ONE}/approve", permission=_WRITE)
def approve(request: Request) -> Reply:
    return _back(request, campaigns.approve_campaign, "Approved: it is on its way", undo="")


@PAGES.post(f"{_ONE}/unschedule", permission=_WRITE)
def unschedule(request: Request) -> Reply:
    return _back(request, campaigns.unschedule_campaign, "It is a draft again, and will not go by itself")


@PAGES.post(f"{_ONE}/budget", permission=_WRITE)
def budget(request: Request) -> Reply:
    """Another budget for a campaign that is under way, which goes on with it if that is asked for."""
    minor = minor_of(request.form.get("budget", "").strip(), shop_of(request).currency, None)
    goes_on = request.form.get("then") == "resume"

    def act(tenant: Tenant, campaign_id: str, *, now: datetime) -> Campaign:
        try:
            change = CampaignChange.model_validate({"budget": minor})
        except ValidationError as error:
            raise InvalidError.of("/budget", "the budget is no amount of money") from error
        changed = campaigns.change_campaign(tenant, campaign_id, change, now=now)
        return campaigns.resume_campaign(tenant, campaign_id, now=now) if goes_on else changed

    return _back(request, act, "It goes on with its new budget" if goes_on else "The budget is changed")


@PAGES.post(f"{_ONE}/retry", permission=_WRITE)
def retry(request: Request) -> Reply:
    """Failed batches once more: one, or all of a run."""
    batch, number = request.form.get("batch", ""), request.form.get("run", "")
    run = int(number) if number.isdecimal() and len(number) < 6 else 0
    path = f"{PATH}/{request.params['campaign_id']}?tab=failed"
    try:
        count = campaigns.retry_failures(
            request.tenant, request.params["campaign_id"], [batch] if batch else None, run=run
        )
    except (ConflictError, NotFoundError) as error:
        words = f"{error.detail[:1].upper()}{error.detail[1:]}"
        return redirect(path, cookies=(flash_cookie(words, bad=True),))
    told = "1 batch is" if count == 1 else f"{count} batches are"
    return redirect(path, cookies=(flash_cookie(f"{told} tried again"),))


@PAGES.post(f"{_ONE}/export", permission=Permission.EXPORTS_WRITE)
def export(request: Request) -> Reply:
    """The audience as a file for a printer of letters or for social networks; a job writes it."""
    kind = request.form.get("kind", "")
    if kind not in get_args(Kind):
        raise InvalidError("there is no such export")
    by, now = f"staff:{request.caller.id}", request.call.now
    job = campaigns.start_export(
        request.tenant, request.params["campaign_id"], cast("Kind", kind), now=now, by=by
    )
    return redirect(f"/console/jobs/{job.id}")


def _back(request: Request, act: Callable[..., Campaign], text: str, undo: str = "") -> Reply:
    """To the campaign's page, with what was done; a refusal is said there."""
    campaign_id = request.params["campaign_id"]
    path = f"{PATH}/{campaign_id}"
    try:
        act(request.tenant, campaign_id, now=request.call.now)
    except (ConflictError, InvalidError) as error:
        words = f"{error.detail[:1].upper()}{error.detail[1:]}"
        if request.by_htmx:
            return done(words, bad=True)
        return redirect(path, cookies=(flash_cookie(words, bad=True),))
    back = f"{path}/{undo}" if undo else ""
    if request.by_htmx:
        return Reply(200, "", {"hx-redirect": path}, (flash_cookie(text, undo=back),))
    return redirect(path, cookies=(flash_cookie(text, undo=back),))
