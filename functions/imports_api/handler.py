"""Lambda: imports, exports and jobs over HTTP."""

from imports_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
