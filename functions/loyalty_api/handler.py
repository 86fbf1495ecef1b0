"""Loyalty over HTTP: programs, what orders earn in them, and customers' points."""

from loyalty_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
