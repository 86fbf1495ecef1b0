"""What calculating an order's points asks of the shop: what the products are, and which rules mean the customer."""

from collections.abc import Sequence
from datetime import datetime

from regulars.commerce import products
from regulars.customers import Facts
from regulars.kernel.tenancy import Tenant
from regulars.loyalty.earning import Basket, BasketLine
from regulars.loyalty.programs import Program
from regulars.segments import Matching


def basket_of(tenant: Tenant, bought: Sequence[tuple[str, int]], currency: str, discount: int) -> Basket:
    """Lines of products and amounts, with the categories as they are now. 0.5 request units a product."""
    known = products.get_many(tenant, list({product_id for product_id, _ in bought}))
    return Basket(
        [
            BasketLine(
                product_id,
                amount,
                frozenset(known[product_id].category) if product_id in known else frozenset(),
            )
            for product_id, amount in bought
        ],
        currency,
        discount,
    )


def fulfilled_rules(tenant: Tenant, program: Program, facts: Facts, at: datetime) -> frozenset[str]:
    """The names of the rules whose segment rule matches the customer."""
    asked = {rule.name: rule.when.segment for rule in program.rules if rule.when.segment is not None}
    return frozenset(
        name for name, rule in asked.items() if Matching.of(tenant, rule, [], at).matching([facts])
    )
