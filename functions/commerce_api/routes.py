"""All routes of the function, by topic."""

from commerce_api import routes_carts, routes_orders, routes_products, routes_refunds
from regulars.kernel.http.routes import Routes

routes = Routes("commerce_api")
routes.include(
    routes_products.routes,
    routes_orders.routes,
    routes_refunds.routes,
    routes_carts.routes,
)
