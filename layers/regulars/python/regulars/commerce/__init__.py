"""Products, orders, refunds, carts and visits (COM-1, COM-2, COM-3, COM-5).

Public: the topics `products`, `orders`, `refunds`, `carts`, `visits`, each with its use cases in `__init__`.
"""
