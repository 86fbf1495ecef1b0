"""The console's pages, one module an area."""

from console.pages import (
    access,
    customer,
    customer_edit,
    customers,
    home,
    imports,
    jobs,
    message,
    order,
    orders,
    products,
    search,
    settings,
    signin,
)
from console.routing import Pages

ALL = Pages()
for _area in (
    signin,
    home,
    search,
    customers,
    customer_edit,
    customer,
    message,
    products,
    orders,
    order,
    imports,
    jobs,
    settings,
    access,
):
    ALL.include(_area.PAGES)
