"""The cart item, in its customer's partition."""

from typing import Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, VersionAttribute

from regulars.commerce.carts.model import Cart
from regulars.commerce.orders import OrderLine
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant


class CartItem(Item):
    kind = UnicodeAttribute(default="cart")
    id = UnicodeAttribute()
    customer = UnicodeAttribute()
    currency = UnicodeAttribute()
    lines = JsonAttribute()
    total = NumberAttribute()
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    abandons_at = TimeAttribute(null=True)
    abandoned_at = TimeAttribute(null=True)
    version = VersionAttribute()

    @classmethod
    def of(cls, tenant: Tenant, cart: Cart) -> Self:
        """The item; its stored version is one before the cart's, so that saving it makes them equal."""
        item = cls(
            *cart_key(tenant, cart.customer_id),
            id=cart.id,
            customer=cart.customer_id,
            currency=cart.currency,
            lines=[line.model_dump(exclude_none=True) for line in cart.lines],
            total=cart.total,
            created_at=cart.created_at,
            updated_at=cart.updated_at,
            abandons_at=cart.abandons_at,
            abandoned_at=cart.abandoned_at,
        )
        if cart.version > 1:
            item.version = cart.version - 1
        return item

    def cart(self) -> Cart:
        return Cart(
            id=self.id,
            customer_id=self.customer,
            currency=self.currency,
            lines=tuple(OrderLine(**line) for line in self.lines),
            total=int(self.total),
            created_at=self.created_at,
            updated_at=self.updated_at,
            abandons_at=self.abandons_at,
            abandoned_at=self.abandoned_at,
            version=int(self.version or 0),
        )


def cart_key(tenant: Tenant, customer_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), "CART"


def load(tenant: Tenant, customer_id: str, *, consistent: bool = False) -> Cart | None:
    """A customer's cart, or None."""
    item = CartItem.read(*cart_key(tenant, customer_id), consistent=consistent)
    return item.cart() if item else None
