"""Loyalty over HTTP: programs and what orders earn in them."""

from loyalty_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
