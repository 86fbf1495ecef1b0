"""The route table of segments."""

from regulars.kernel.http.routes import Routes
from segments_api.routes_definitions import routes as definitions
from segments_api.routes_members import routes as members
from segments_api.routes_rules import routes as rules

routes = Routes("segments_api")
routes.include(definitions, rules, members)
