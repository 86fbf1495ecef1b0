"""Customers, their timeline, interactions and notes over HTTP."""

from customers_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
