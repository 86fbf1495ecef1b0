"""The tenant's schema of custom attributes: read it, replace it."""

from regulars.customers.attributes import Definition, KeptSchema
from regulars.customers.store import read_schema, write_schema
from regulars.kernel.errors import StaleError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


def attribute_schema(tenant: Tenant) -> KeptSchema:
    """The definitions of now."""
    return read_schema(tenant)


def define_attributes(
    tenant: Tenant, definitions: list[Definition], *, if_match: int | None = None
) -> KeptSchema:
    """Replace the definitions. Values that customers have stay, and are judged when they are next written. Raises StaleError."""
    kept = read_schema(tenant, consistent=True)
    if if_match is not None and if_match != kept.version:
        raise StaleError
    tx = Transaction(tenant)
    write_schema(tx, kept, definitions, StaleError())
    tx.commit()
    return KeptSchema(definitions, kept.version + 1)
