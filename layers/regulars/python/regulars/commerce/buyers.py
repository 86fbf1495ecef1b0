"""Whether there is such a customer."""

from regulars import customers
from regulars.customers import facts_of
from regulars.kernel.tenancy import Tenant


def check_customer(tenant: Tenant, customer_id: str) -> None:
    """0.5 request units when all is well. Raises NotFoundError, or GoneError for one who has been deleted."""
    if facts_of(tenant, customer_id) is None:
        customers.get(tenant, customer_id)
