"""Many customers at once: list and search, upsert, bulk actions, and the schema of their custom attributes."""

from customers_api.schemas import (
    AttributeSchemaView,
    BulkView,
    CustomerListQuery,
    CustomerPage,
    UpsertedView,
)
from regulars import customers, segments
from regulars.customers import AttributeSchema, Bulk, BulkResult, Facts, KeptSchema, Profile, Upserted
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("customers_api")


@routes.get("/customers", permission=Permission.CUSTOMERS_READ, answer=CustomerPage)
def list_customers(call: Call, query: CustomerListQuery) -> Page[Facts]:
    """List customers, or search them with `q`.

    A filtered page reads a bounded number of customers: it may be short, even empty, and still have a `next`. So may a page of
    a `segment`: it is of the segment's customers, in its own order, less those whom the other filters do not admit.
    """
    if query.segment is not None:
        call.authorize(Permission.SEGMENTS_READ, own=False)
        return _of_segment(call, query, query.segment)
    if query.q is not None:
        return customers.search_customers(
            call.tenant, query.q, query.filter(), limit=query.limit, cursor=query.cursor
        )
    return customers.list_customers(
        call.tenant, query.filter(), sort=query.sort, limit=query.limit, cursor=query.cursor
    )


def _of_segment(call: Call, query: CustomerListQuery, segment_id: str) -> Page[Facts]:
    page = segments.members(call.tenant, segment_id, limit=query.limit, cursor=query.cursor)
    wanted = query.filter()
    found = [one.facts for one in page.items if one.facts is not None and wanted.admits(one.facts)]
    return Page(found, page.next)


@routes.post("/customers/upsert", permission=Permission.CUSTOMERS_WRITE, answer=UpsertedView)
def upsert_customer(call: Call, body: Profile) -> Upserted:
    """Create a customer, or change the one with this external id or else this email address.

    What is sent replaces what is known, except that email addresses, external ids and tags are added.
    """
    return customers.upsert(call.tenant, body, now=call.now, once=call.once)


@routes.post("/customers/bulk", permission=Permission.CUSTOMERS_WRITE, answer=BulkView)
def act_on_customers(call: Call, body: Bulk) -> BulkResult:
    """Tag, untag, note or change the status of up to 100 customers.

    Each is done on its own; the answer says what became of each.
    """
    by = f"{call.caller.kind}:{call.caller.id}"
    return customers.act_on_many(call.tenant, body, by=by, now=call.now, once=call.once)


@routes.get("/customers/attributes", permission=Permission.CUSTOMERS_READ, answer=AttributeSchemaView)
def get_attribute_schema(call: Call) -> KeptSchema:
    """Read the schema of custom attributes."""
    return customers.attribute_schema(call.tenant)


@routes.put(
    "/customers/attributes", permission=Permission.SETTINGS_WRITE, answer=AttributeSchemaView, errors=(412,)
)
def define_attributes(call: Call, body: AttributeSchema) -> KeptSchema:
    """Replace the schema of custom attributes.

    Values that customers have already stay as they are, and are judged when they are next written.
    """
    return customers.define_attributes(call.tenant, body.attributes, if_match=call.if_match)
