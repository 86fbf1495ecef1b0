"""Routes of the insights API."""

from datetime import timedelta
from typing import Any

from insights_api.schemas import SeriesQuery, SeriesView, StatsView, SummaryView
from regulars import insights
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

_MONTH = timedelta(days=29)

routes = Routes("insights_api")


@routes.get("/customers/stats", permission=Permission.STATS_READ, answer=StatsView)
def get_customer_stats(call: Call) -> insights.Stats:
    """Get the live statistics: totals, new, active and returning customers, growth."""
    return insights.stats(call.tenant, call.now)


@routes.get("/customers/analytics", permission=Permission.STATS_READ, answer=SeriesView)
def get_customer_analytics(call: Call, query: SeriesQuery) -> dict[str, Any]:
    """Get figures over time, by day, week or month of the tenant's calendar."""
    until = query.until or insights.today(call.tenant, call.now)
    since = query.since or until - _MONTH
    points = insights.figures(call.tenant, since, until, query.by)
    return {"since": since, "until": until, "by": query.by, "points": points}


@routes.get("/analytics/summary", permission=Permission.STATS_READ, answer=SummaryView)
def get_analytics_summary(call: Call) -> dict[str, Any]:
    """Get what a home page shows: statistics, the last 30 days, the latest events."""
    today = insights.today(call.tenant, call.now)
    return {
        "stats": insights.stats(call.tenant, call.now),
        "days": insights.figures(call.tenant, today - _MONTH, today),
        "activity": insights.recent_activity(call.tenant, 20),
    }
