"""The console's pages, one module an area."""

from console.pages import access, order, orders, products, settings, signin
from console.routing import Pages

ALL = Pages()
ALL.include(signin.PAGES, settings.PAGES, access.PAGES, products.PAGES, orders.PAGES, order.PAGES)
