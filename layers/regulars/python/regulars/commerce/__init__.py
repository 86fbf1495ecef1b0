"""Products, orders with their refunds, carts and visits (COM-1, COM-2, COM-3, COM-5).

Public: the topics `products`, `orders`, `carts` and `visits`, each with its use cases in its `__init__`;
`check_customer` and `contended`.
"""

from regulars.commerce.buyers import check_customer
from regulars.commerce.contention import contended

__all__ = ["check_customer", "contended"]
