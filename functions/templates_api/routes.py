"""The route table of templates."""

from regulars.kernel.http.routes import Routes
from templates_api.routes_definitions import routes as definitions
from templates_api.routes_library import routes as library
from templates_api.routes_partials import routes as partials
from templates_api.routes_trying import routes as trying
from templates_api.routes_versions import routes as versions

routes = Routes("templates_api")
routes.include(library, partials, trying, definitions, versions)
