"""Orders."""

from commerce_api.schemas import CustomerOrdersQuery, OrderPage, OrdersQuery, OrderView
from regulars.commerce import carts, orders
from regulars.commerce.orders import NewOrder, NewOrderRefund, Order, StatusChange
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("commerce_api", tag="orders")


@routes.post(
    "/orders", permission=Permission.ORDERS_WRITE, answer=OrderView, status=201, location="/orders/{id}"
)
def place_order(call: Call, body: NewOrder) -> Order:
    """Place an order.

    Its number makes it unique: the same order sent again is answered with the order as it stands, another one under
    the same number is a conflict.
    """
    return orders.place(call.tenant, body, now=call.now, once=call.once, converts=carts.convert)


@routes.get("/orders", permission=Permission.ORDERS_READ, answer=OrderPage, errors=(410,))
def list_orders(call: Call, query: OrdersQuery) -> Page[Order]:
    """List orders, the newest first."""
    if query.number is not None:
        found = orders.by_number(call.tenant, query.number)
        return Page([found] if found else [])
    return orders.list_orders(call.tenant, **query.model_dump(exclude={"number"}))


@routes.get("/orders/{order_id}", permission=Permission.ORDERS_READ, answer=OrderView)
def get_order(call: Call) -> Order:
    """Get an order."""
    return orders.get(call.tenant, call.params["order_id"])


@routes.post("/orders/{order_id}/status", permission=Permission.ORDERS_WRITE, answer=OrderView, errors=(412,))
def report_order_status(call: Call, body: StatusChange) -> Order:
    """Report a status of an order.

    Reports may come late, twice and in any order: each enters the timeline at its own time, none moves the order back.
    """
    return orders.set_status(
        call.tenant,
        call.params["order_id"],
        body,
        now=call.now,
        once=call.once,
        if_match=call.if_match,
    )


@routes.post("/orders/{order_id}/refunds", permission=Permission.ORDERS_WRITE, answer=OrderView, status=201)
def refund_order(call: Call, body: NewOrderRefund) -> Order:
    """Refund an order in part or, without an amount, all that is left of it."""
    return orders.refund(call.tenant, call.params["order_id"], body, now=call.now, once=call.once)


@routes.get(
    "/customers/{customer_id}/orders",
    permission=Permission.ORDERS_READ,
    answer=OrderPage,
    own=True,
    errors=(410,),
)
def list_customer_orders(call: Call, query: CustomerOrdersQuery) -> Page[Order]:
    """List a customer's orders, the newest first."""
    return orders.list_orders(call.tenant, customer_id=call.params["customer_id"], **query.model_dump())
