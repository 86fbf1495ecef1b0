"""Messages to customers: templates, preferences, decisions, deliveries, tracking (MSG-1 to MSG-9).

Everything is imported when it is first named: who lists deliveries does not pay for templates or mail clients.
"""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.messaging.campaign_deliveries_store import (
        DELIVERY_SHARDS,
        DeliveryFilter,
        campaign_deliveries,
    )
    from regulars.messaging.campaign_rows import dispatch_hours, dispatch_links, template_channels
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
    "DELIVERY_SHARDS",
    "Channel",
    "Choice",
    "Delivery",
    "DeliveryFilter",
    "DeliveryWithContent",
    "Message",
    "MessagingSettings",
    "Reason",
    "State",
    "campaign_deliveries",
    "customer_history",
    "dispatch_hours",
    "dispatch_links",
    "get_delivery",
    "list_deliveries",
    "messaging_settings",
    "template_channels",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "campaign_deliveries_store": "DELIVERY_SHARDS DeliveryFilter campaign_deliveries",
            "campaign_rows": "dispatch_hours dispatch_links template_channels",
            "history": "DeliveryWithContent customer_history get_delivery list_deliveries",
            "model": "Channel Choice Delivery Message Reason State",
            "settings_model": "MessagingSettings",
            "settings_store": "messaging_settings",
        },
    )
