"""Routes about when to write to whom."""

from messaging_api.schemas_timing import BestTimeQuery, BestTimeView
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging.best_times import best_time

routes = Routes("messaging_api")


@routes.get(
    "/customers/{customer_id}/best-time",
    permission=Permission.MESSAGES_READ,
    answer=BestTimeView,
    errors=(404,),
)
def get_best_time(call: Call, query: BestTimeQuery) -> BestTimeView:
    """Get the hour and channel at which a customer is most likely to open or click, and why."""
    found = best_time(call.tenant, call.params["customer_id"], call.now, query.channel)
    return BestTimeView.of(found)
