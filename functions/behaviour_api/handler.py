"""Lambda: what people do on a shop's pages, over HTTP."""

from behaviour_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
