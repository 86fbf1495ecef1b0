"""The route table of preferences."""

from preferences_api.routes_preferences import routes as preferences
from preferences_api.routes_settings import routes as settings
from preferences_api.routes_suppressions import routes as suppressions
from regulars.kernel.http.routes import Routes

routes = Routes("preferences_api")
routes.include(preferences, suppressions, settings)
