"""Lambda: notifications of SNS over HTTP, for deployments whose topics lie in another account or region."""

from receive_notifications.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
