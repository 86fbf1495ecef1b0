"""What happens to products. Subject: the product, in whose partition they are kept."""

from regulars.commerce.amounts import Currency, Minor
from regulars.kernel.events import Event


class ProductCreated(Event, name="product.created"):
    product_id: str
    price: Minor
    currency: Currency
    category: list[str] = []
    brand: str | None = None
    available: bool


class ProductUpdated(Event, name="product.updated"):
    """`fields` names what changed; price and availability also have events of their own."""

    product_id: str
    fields: list[str]


class ProductPriceChanged(Event, name="product.price_changed"):
    """From `old` to `new`; lower when `new` < `old` and `old_currency` is the same."""

    product_id: str
    old: Minor
    old_currency: Currency
    new: Minor
    currency: Currency


class ProductOutOfStock(Event, name="product.out_of_stock"):
    product_id: str


class ProductBackInStock(Event, name="product.back_in_stock"):
    product_id: str
    stock: int | None = None


class ProductArchived(Event, name="product.archived"):
    product_id: str
