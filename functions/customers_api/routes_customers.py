"""One customer: read, change, tag, delete."""

from customers_api.schemas import CustomerView, NewTags, StatusChange
from regulars import customers
from regulars.customers import Customer, CustomerPatch, Profile
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

routes = Routes("customers_api")
ONE = "/customers/{customer_id}"


@routes.post(
    "/customers",
    permission=Permission.CUSTOMERS_WRITE,
    answer=CustomerView,
    status=201,
    location="/customers/{id}",
)
def create_customer(call: Call, body: Profile) -> Customer:
    """Create a customer.

    An email address or external id belongs to one customer: a second one is refused with 409, which names the field and the
    customer who has it.
    """
    return customers.create(call.tenant, body, now=call.now, once=call.once)


@routes.get(ONE, permission=Permission.CUSTOMERS_READ, answer=CustomerView, own=True, errors=(410,))
def get_customer(call: Call) -> Customer:
    """Read a customer.

    Customers who read themselves do not see their tags nor the reason of their status.
    """
    themselves = call.caller.kind == "customer"
    return customers.get(call.tenant, call.params["customer_id"], for_themselves=themselves)


@routes.put(ONE, permission=Permission.CUSTOMERS_WRITE, answer=CustomerView, errors=(410, 412))
def replace_customer(call: Call, body: Profile) -> Customer:
    """Replace everything that can be written of a customer; what is left out is emptied."""
    return customers.update(
        call.tenant, call.params["customer_id"], body, now=call.now, if_match=call.if_match
    )


@routes.patch(ONE, permission=Permission.CUSTOMERS_WRITE, answer=CustomerView, errors=(410, 412))
def change_customer(call: Call, body: CustomerPatch) -> Customer:
    """Change some fields of a customer (JSON merge patch, RFC 7396).

    null removes, objects merge, lists are replaced. `email` replaces the primary address; `external_ids` as `{system: id}`
    changes those of these systems.
    """
    return customers.patch(
        call.tenant, call.params["customer_id"], body.changes(), now=call.now, if_match=call.if_match
    )


@routes.delete(ONE, permission=Permission.CUSTOMERS_DELETE, errors=(410, 412))
def delete_customer(call: Call) -> None:
    """Delete a customer; the id answers 410 from then on.

    Profile, facts and everything the customer can be found by are removed. Orders and past events stay, out of reach of this
    customer's paths, until an erasure takes them.
    """
    customers.delete(call.tenant, call.params["customer_id"], now=call.now, if_match=call.if_match)


@routes.post(f"{ONE}/status", permission=Permission.CUSTOMERS_WRITE, answer=CustomerView, errors=(410,))
def set_customer_status(call: Call, body: StatusChange) -> Customer:
    """Change a customer's status and say why."""
    return customers.set_status(
        call.tenant,
        call.params["customer_id"],
        body.status,
        reason=body.reason,
        now=call.now,
        once=call.once,
    )


@routes.post(f"{ONE}/tags", permission=Permission.CUSTOMERS_WRITE, answer=CustomerView, errors=(410,))
def add_customer_tags(call: Call, body: NewTags) -> Customer:
    """Add tags to a customer, who has 50 at the most."""
    return customers.retag(
        call.tenant, call.params["customer_id"], add=tuple(body.tags), now=call.now, once=call.once
    )


@routes.delete(
    f"{ONE}/tags/{{tag}}",
    permission=Permission.CUSTOMERS_WRITE,
    status=200,
    answer=CustomerView,
    errors=(410,),
)
def remove_customer_tag(call: Call) -> Customer:
    """Take a tag from a customer; one that the customer has not is no error."""
    tag = customers.normal_tag(call.params["tag"])
    return customers.retag(
        call.tenant, call.params["customer_id"], remove=(tag,) if tag else (), now=call.now
    )
