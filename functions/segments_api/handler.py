"""Segments over HTTP: definitions, trying rules out, who is in them, what they are like."""

from regulars.kernel.http.serve import serve
from segments_api.routes import routes

handler = serve(routes)
