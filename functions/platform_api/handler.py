"""Tenants, settings, staff, API keys and customer tokens over HTTP."""

from platform_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
