"""Messages to customers: deliveries that explain themselves, and the order confirmation (MSG-1, MSG-2, MSG-5, MSG-6).

Public: the history below. The sending side (`order_confirmation`, `providers`) is imported by its worker alone, because it
brings Jinja2 and a mail client with it.
"""

from regulars.messaging.history import customer_history, get_delivery, list_deliveries
from regulars.messaging.model import Channel, Content, Delivery, DeliveryWithContent, Reason, State

__all__ = [
    "Channel",
    "Content",
    "Delivery",
    "DeliveryWithContent",
    "Reason",
    "State",
    "customer_history",
    "get_delivery",
    "list_deliveries",
]
