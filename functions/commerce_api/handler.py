"""Lambda: products, orders, refunds, carts and visits over HTTP."""

from commerce_api.routes import routes
from regulars.kernel.http.serve import serve

handler = serve(routes)
