"""Messages to customers: templates, preferences, decisions, deliveries, tracking (MSG-1 to MSG-9).

Everything is imported when it is first named: who lists deliveries does not pay for templates or mail clients.
"""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.messaging.history import (
        DeliveryWithContent,
        customer_history,
        get_delivery,
        list_deliveries,
    )
    from regulars.messaging.model import Channel, Choice, Delivery, Message, Reason, State
    from regulars.messaging.settings_model import MessagingSettings
    from regulars.messaging.settings_store import messaging_settings

__all__ = [
    "Channel",
    "Choice",
    "Delivery",
    "DeliveryWithContent",
    "Message",
    "MessagingSettings",
    "Reason",
    "State",
    "customer_history",
    "get_delivery",
    "list_deliveries",
    "messaging_settings",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "history": "DeliveryWithContent customer_history get_delivery list_deliveries",
            "model": "Channel Choice Delivery Message Reason State",
            "settings_model": "MessagingSettings",
            "settings_store": "messaging_settings",
        },
    )
