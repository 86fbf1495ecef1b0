"""Messages to customers: templates, preferences, decisions, deliveries, tracking (MSG-1 to MSG-9).

Everything is imported when it is first named: who lists deliveries does not pay for templates or mail clients.
"""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.messaging.best_times import best_hours_of
    from regulars.messaging.bulk import Bulk, NewBulkMessage, get_bulk, move_bulk, start_bulk
    from regulars.messaging.campaign_deliveries_store import (
        DELIVERY_SHARDS,
        DeliveryFilter,
        campaign_deliveries,
    )
    from regulars.messaging.campaign_rows import (
        dispatch_hours,
        dispatch_links,
        link_urls,
        template_channels,
    )
    from regulars.messaging.contact import Consent, ConsentState, Contact
    from regulars.messaging.contact_store import read_contacts
    from regulars.messaging.deciding import Decision, Outcome
    from regulars.messaging.dispatch_model import BATCH, Dispatch, Door
    from regulars.messaging.dispatches import enqueue_batch, get_dispatch, open_dispatch, set_gate, totals
    from regulars.messaging.history import (
        DeliveryWithContent,
        customer_history,
        get_delivery,
        list_deliveries,
        with_content,
    )
    from regulars.messaging.model import Channel, Choice, Delivery, Message, Reason, State, explain
    from regulars.messaging.preferences.consenting import Told, record_wishes
    from regulars.messaging.sending.asking import SendRequest
    from regulars.messaging.sending.resolving import resolve
    from regulars.messaging.sending.single import send_now, send_one
    from regulars.messaging.settings_model import MessagingSettings
    from regulars.messaging.settings_store import messaging_settings
    from regulars.messaging.standing import get_standing
    from regulars.messaging.standing_store import Standing, pause_marketing, resume_marketing
    from regulars.messaging.suppression_model import Suppression, SuppressionReason
    from regulars.messaging.suppressions import lift, list_suppressions, suppress, suppressed
    from regulars.messaging.trying import may_market, try_message

__all__ = [
    "BATCH",
    "DELIVERY_SHARDS",
    "Bulk",
    "Channel",
    "Choice",
    "Consent",
    "ConsentState",
    "Contact",
    "Decision",
    "Delivery",
    "DeliveryFilter",
    "DeliveryWithContent",
    "Dispatch",
    "Door",
    "Message",
    "MessagingSettings",
    "NewBulkMessage",
    "Outcome",
    "Reason",
    "SendRequest",
    "Standing",
    "State",
    "Suppression",
    "SuppressionReason",
    "Told",
    "best_hours_of",
    "campaign_deliveries",
    "customer_history",
    "dispatch_hours",
    "dispatch_links",
    "enqueue_batch",
    "explain",
    "get_bulk",
    "get_delivery",
    "get_dispatch",
    "get_standing",
    "lift",
    "link_urls",
    "list_deliveries",
    "list_suppressions",
    "may_market",
    "messaging_settings",
    "move_bulk",
    "open_dispatch",
    "pause_marketing",
    "read_contacts",
    "record_wishes",
    "resolve",
    "resume_marketing",
    "send_now",
    "send_one",
    "set_gate",
    "start_bulk",
    "suppress",
    "suppressed",
    "template_channels",
    "totals",
    "try_message",
    "with_content",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "bulk": "Bulk NewBulkMessage get_bulk move_bulk start_bulk",
            "best_times": "best_hours_of",
            "campaign_deliveries_store": "DELIVERY_SHARDS DeliveryFilter campaign_deliveries",
            "campaign_rows": "dispatch_hours dispatch_links link_urls template_channels",
            "contact": "Consent ConsentState Contact",
            "contact_store": "read_contacts",
            "deciding": "Decision Outcome",
            "dispatch_model": "BATCH Dispatch Door",
            "dispatches": "enqueue_batch get_dispatch open_dispatch set_gate totals",
            "history": "DeliveryWithContent customer_history get_delivery list_deliveries with_content",
            "model": "Channel Choice Delivery Message Reason State explain",
            "preferences.consenting": "Told record_wishes",
            "sending.asking": "SendRequest",
            "sending.resolving": "resolve",
            "sending.single": "send_now send_one",
            "settings_model": "MessagingSettings",
            "settings_store": "messaging_settings",
            "standing": "get_standing",
            "standing_store": "Standing pause_marketing resume_marketing",
            "suppression_model": "Suppression SuppressionReason",
            "suppressions": "lift list_suppressions suppress suppressed",
            "trying": "may_market try_message",
        },
    )
