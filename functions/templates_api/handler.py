"""Templates over HTTP: drafts and versions, checks, previews, tests, the library."""

from regulars.kernel.http.serve import serve
from templates_api.routes import routes

handler = serve(routes)
