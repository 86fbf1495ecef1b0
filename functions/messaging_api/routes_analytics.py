"""Routes about how messages do."""

from datetime import timedelta
from typing import Any

from messaging_api.schemas_analytics import AnalyticsQuery, AnalyticsView
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging.analytics import message_analytics, today_of
from regulars.platform import settings_of

_MONTH = timedelta(days=29)

routes = Routes("messaging_api")


@routes.get("/notifications/analytics", permission=Permission.STATS_READ, answer=AnalyticsView)
def get_message_analytics(call: Call, query: AnalyticsQuery) -> dict[str, Any]:
    """Get how messages did, by day, channel, template, category or hour.

    A message counts in the day and hour of the tenant's calendar in which it was attempted, whenever it was opened or brought
    an order.
    """
    until = query.until or today_of(call.tenant, call.now)
    since = query.since or until - _MONTH
    found = message_analytics(call.tenant, since, until, query.by)
    settings = settings_of(call.tenant)
    return {
        "since": since,
        "until": until,
        "by": query.by,
        "time_zone": settings.time_zone,
        "currency": settings.currency,
        "rows": found.rows,
        "totals": found.totals,
    }
