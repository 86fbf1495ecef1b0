"""A cursor belongs to the list that gave it out."""

from datetime import datetime

from regulars.commerce import orders
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body
from tests.integration.commerce.conftest import Api, new_customer
from tests.integration.commerce.test_place import new


def test_a_cursor_of_another_list_is_refused(api: Api, shop: Tenant, customer: str, now: datetime) -> None:
    second = new_customer(shop, "c-2")
    for index, who in enumerate((customer, customer, second, second)):
        orders.place(shop, new(f"A-{index}", who), now=now)
    all_orders = answer_body(api("GET /orders", query={"limit": "1"}))["next"]
    theirs = answer_body(api("GET /orders", query={"limit": "1", "customer_id": second}))["next"]
    path = {"customer_id": customer}
    for cursor in (all_orders, theirs):
        for route, how in (
            ("GET /customers/{customer_id}/orders", {"params": path, "query": {"cursor": cursor}}),
            ("GET /customers/{customer_id}/visits", {"params": path, "query": {"cursor": cursor}}),
            ("GET /products", {"query": {"cursor": cursor}}),
            ("GET /refunds", {"query": {"cursor": cursor}}),
        ):
            answer = api(route, **how)
            assert answer["statusCode"] == 400, (route, answer)
