"""The route table of customers."""

from customers_api.routes_customers import routes as customers
from customers_api.routes_entries import routes as entries
from customers_api.routes_many import routes as many
from regulars.kernel.http.routes import Routes

routes = Routes("customers_api")
routes.include(customers, many, entries)
