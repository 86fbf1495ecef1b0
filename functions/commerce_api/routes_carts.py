"""A customer's cart, and visits."""

from commerce_api.schemas import CartView, VisitPage, VisitView
from regulars.commerce import carts, visits
from regulars.commerce.carts import Cart, CartInput
from regulars.commerce.visits import NewVisit, Visit
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("commerce_api", tag="carts and visits")


@routes.put(
    "/customers/{customer_id}/cart",
    permission=Permission.CUSTOMERS_WRITE,
    answer=CartView,
    own=True,
    errors=(410, 412),
)
def put_cart(call: Call, body: CartInput) -> Cart:
    """Replace a customer's cart; no lines empty it.

    When nothing happens to a filled cart for the tenant's idle time it counts as abandoned.
    """
    return carts.put(call.tenant, call.params["customer_id"], body, now=call.now, if_match=call.if_match)


@routes.get(
    "/customers/{customer_id}/cart",
    permission=Permission.CUSTOMERS_READ,
    answer=CartView,
    own=True,
    errors=(410,),
)
def get_cart(call: Call) -> Cart:
    """Get a customer's cart."""
    return carts.get(call.tenant, call.params["customer_id"])


@routes.delete(
    "/customers/{customer_id}/cart", permission=Permission.CUSTOMERS_WRITE, own=True, errors=(410,)
)
def clear_cart(call: Call) -> None:
    """Throw a customer's cart away."""
    carts.clear(call.tenant, call.params["customer_id"], now=call.now)


@routes.post(
    "/customers/{customer_id}/visits",
    permission=Permission.CUSTOMERS_WRITE,
    answer=VisitView,
    status=201,
    errors=(410,),
)
def record_visit(call: Call, body: NewVisit) -> Visit:
    """Record that a customer came by."""
    return visits.record(call.tenant, call.params["customer_id"], body, now=call.now, once=call.once)


@routes.get(
    "/customers/{customer_id}/visits",
    permission=Permission.CUSTOMERS_READ,
    answer=VisitPage,
    own=True,
    errors=(410,),
)
def list_visits(call: Call, query: ListQuery) -> Page[Visit]:
    """List a customer's visits, the latest first."""
    return visits.list_visits(call.tenant, call.params["customer_id"], limit=query.limit, cursor=query.cursor)
