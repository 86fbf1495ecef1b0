"""Products (COM-1)."""

from regulars.commerce.products.model import Outcome, PricePoint, Product, ProductInput, ProductRow
from regulars.commerce.products.service import archive, get, list_products, price_history, put, put_many

__all__ = [
    "Outcome",
    "PricePoint",
    "Product",
    "ProductInput",
    "ProductRow",
    "archive",
    "get",
    "list_products",
    "price_history",
    "put",
    "put_many",
]
