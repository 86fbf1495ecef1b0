"""All routes of the function, by topic."""

from messaging_api import (
    routes_analytics,
    routes_deliveries,
    routes_devices,
    routes_inbox,
    routes_sends,
    routes_timing,
)
from regulars.kernel.http.routes import Routes

routes = Routes("messaging_api")
routes.include(
    routes_sends.routes,
    routes_deliveries.routes,
    routes_inbox.routes,
    routes_devices.routes,
    routes_analytics.routes,
    routes_timing.routes,
)
