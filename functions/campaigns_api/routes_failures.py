"""A campaign's batches that failed every time: list, try again."""

from typing import Any

from campaigns_api.routes_definitions import ONE
from campaigns_api.schemas import RunQuery
from campaigns_api.schemas_failures import FailuresView, RetriedView, RetryBody
from regulars import campaigns
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

routes = Routes("campaigns_api")


@routes.get(f"{ONE}/failed-batches", permission=Permission.CUSTOMERS_READ, answer=FailuresView)
def list_failed_batches(call: Call, query: RunQuery) -> dict[str, Any]:
    """List a run's batches that failed every time, up to 200: for whom they were, and why.

    They are listed until they are tried again, or until every customer of the run has a result.
    """
    call.authorize(Permission.CAMPAIGNS_READ, own=False)
    return {"items": campaigns.campaign_failures(call.tenant, call.params["campaign_id"], run=query.run)}


@routes.post(
    f"{ONE}/failed-batches/retry", permission=Permission.CAMPAIGNS_WRITE, answer=RetriedView, status=202
)
def retry_failed_batches(call: Call, body: RetryBody) -> dict[str, int]:
    """Try failed batches again, all of a run or those that are named.

    Whoever has got it already does not get it again. While the campaign is paused they wait until it is resumed.
    """
    campaign_id = call.params["campaign_id"]
    return {"batches": campaigns.retry_failures(call.tenant, campaign_id, body.batches, run=body.run)}
