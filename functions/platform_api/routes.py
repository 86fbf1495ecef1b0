"""The platform's route table."""

from platform_api.routes_access import routes as access
from platform_api.routes_tenants import routes as tenants
from regulars.kernel.http.routes import Routes

routes = Routes("platform_api")
routes.include(tenants, access)
