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
    from regulars.messaging.deciding import Decision, Outcome
    from regulars.messaging.dispatch_model import BATCH, Dispatch, Door
    from regulars.messaging.history import (
        DeliveryWithContent,
        customer_history,
        get_delivery,
        list_deliveries,
    )
    from regulars.messaging.model import Channel, Choice, Delivery, Message, Reason, State, explain
    from regulars.messaging.settings_model import MessagingSettings
    from regulars.messaging.settings_store import messaging_settings
    from regulars.messaging.trying import may_market, try_message

__all__ = [
    "BATCH",
    "DELIVERY_SHARDS",
    "Channel",
    "Choice",
    "Decision",
    "Delivery",
    "DeliveryFilter",
    "DeliveryWithContent",
    "Dispatch",
    "Door",
    "Message",
    "MessagingSettings",
    "Outcome",
    "Reason",
    "State",
    "campaign_deliveries",
    "customer_history",
    "dispatch_hours",
    "dispatch_links",
    "explain",
    "get_delivery",
    "list_deliveries",
    "may_market",
    "messaging_settings",
    "template_channels",
    "try_message",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "campaign_deliveries_store": "DELIVERY_SHARDS DeliveryFilter campaign_deliveries",
            "campaign_rows": "dispatch_hours dispatch_links template_channels",
            "deciding": "Decision Outcome",
            "dispatch_model": "BATCH Dispatch Door",
            "dispatches": "get_dispatch open_dispatch set_gate totals",
            "history": "DeliveryWithContent customer_history get_delivery list_deliveries",
            "model": "Channel Choice Delivery Message Reason State explain",
            "settings_model": "MessagingSettings",
            "settings_store": "messaging_settings",
            "trying": "may_market try_message",
        },
    )
