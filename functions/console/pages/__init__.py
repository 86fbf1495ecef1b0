"""The console's pages, one module an area."""

from console.pages import (
    access,
    customer,
    customer_edit,
    customers,
    deliveries,
    home,
    imports,
    jobs,
    message,
    message_figures,
    order,
    orders,
    products,
    search,
    segment,
    segment_build,
    segment_people,
    segments,
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
    segments,
    segment_build,
    segment,
    segment_people,
    message,
    deliveries,
    message_figures,
    products,
    orders,
    order,
    imports,
    jobs,
    settings,
    access,
):
    ALL.include(_area.PAGES)
