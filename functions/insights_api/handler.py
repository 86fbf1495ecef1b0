"""The insights API."""

from insights_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
