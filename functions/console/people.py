"""Customers as other pages name them."""

from collections.abc import Iterable

from console.tables import Cell, Person, Text
from regulars.customers import Facts, facts_of_many
from regulars.kernel.tenancy import Tenant

PATH = "/console/customers"
NAMELESS = "No name"


def name_of(facts: Facts) -> str:
    """What to call a customer: the name, else the address, else the shop's own id."""
    known = f"Customer {facts.external_id}" if facts.external_id else NAMELESS
    return facts.name or facts.email or facts.phone or known


def cell_of(customer_id: str, known: dict[str, Facts]) -> Cell:
    """A customer in a table: avatar, name, address. One that has been deleted is only said to be so."""
    facts = known.get(customer_id)
    if facts is None:
        return Text("Deleted customer")
    name = name_of(facts)
    return Person(name, f"{PATH}/{customer_id}", facts.email if facts.email and facts.email != name else "")


def known_among(tenant: Tenant, customer_ids: Iterable[str]) -> dict[str, Facts]:
    """The facts of the customers named, of those that exist; up to 100."""
    wanted = list(dict.fromkeys(customer_ids))
    return facts_of_many(tenant, wanted[:100]) if wanted else {}
