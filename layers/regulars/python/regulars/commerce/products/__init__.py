"""Products (COM-1)."""

from regulars.commerce.products.categories import categories_of
from regulars.commerce.products.model import Outcome, PricePoint, Product, ProductInput, ProductRow
from regulars.commerce.products.service import (
    archive,
    get,
    get_many,
    list_products,
    price_history,
    put,
    put_many,
)

__all__ = [
    "Outcome",
    "PricePoint",
    "Product",
    "ProductInput",
    "ProductRow",
    "archive",
    "categories_of",
    "get",
    "get_many",
    "list_products",
    "price_history",
    "put",
    "put_many",
]
