"""Lambda: preferences, consent, suppressions and the settings for messages, over HTTP."""

from preferences_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
