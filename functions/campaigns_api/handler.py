"""Campaigns over HTTP: plans, their life cycle, what they came to."""

from campaigns_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
