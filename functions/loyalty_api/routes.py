"""The route table of loyalty."""

from loyalty_api.routes_members import routes as members
from loyalty_api.routes_programs import routes as programs
from regulars.kernel.http.routes import Routes

routes = Routes("loyalty_api")
routes.include(programs, members)
