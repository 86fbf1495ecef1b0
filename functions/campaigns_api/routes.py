"""The route table of campaigns."""

from campaigns_api.routes_definitions import routes as definitions
from campaigns_api.routes_failures import routes as failures
from campaigns_api.routes_figures import routes as figures
from campaigns_api.routes_moves import routes as moves
from regulars.kernel.http.routes import Routes

routes = Routes("campaigns_api")
routes.include(definitions, moves, figures, failures)
