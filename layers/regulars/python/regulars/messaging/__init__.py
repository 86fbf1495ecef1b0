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
    from regulars.messaging.partials.checks import check_partial
    from regulars.messaging.partials.model import Partial, PartialUse
    from regulars.messaging.partials.service import (
        change_partial,
        create_partial,
        delete_partial,
        get_partial,
        list_partials,
        outdated_partials,
    )
    from regulars.messaging.partials.source import NewPartial, PartialChange, PartialText, PartialTexts
    from regulars.messaging.preferences.consenting import Told, record_wishes
    from regulars.messaging.sending.asking import SendRequest
    from regulars.messaging.sending.resolving import resolve
    from regulars.messaging.sending.single import send_now, send_one
    from regulars.messaging.settings_model import MessagingSettings
    from regulars.messaging.settings_store import messaging_settings
    from regulars.messaging.standing import get_standing
    from regulars.messaging.standing_store import Standing, pause_marketing, paused_why, resume_marketing
    from regulars.messaging.suppression_model import Suppression, SuppressionReason
    from regulars.messaging.suppressions import lift, list_suppressions, suppress, suppressed
    from regulars.messaging.templates.adopting import (
        adopt_template,
        library_source,
        template_library,
        template_variables,
    )
    from regulars.messaging.templates.linting import LintAudience, LintRow, lint_rows, start_template_lint
    from regulars.messaging.templates.model import (
        Finding,
        LibraryEntry,
        Preview,
        Template,
        TemplateVersion,
        Variable,
    )
    from regulars.messaging.templates.previewing import preview_template
    from regulars.messaging.templates.publishing import (
        check_template,
        publish_template,
        restore_version,
        template_version,
        template_versions,
    )
    from regulars.messaging.templates.sending_tests import send_template_test
    from regulars.messaging.templates.service import (
        archive_template,
        change_template,
        create_template,
        delete_template,
        duplicate_template,
        get_template,
        list_templates,
    )
    from regulars.messaging.templates.source import NewTemplate, TemplateChange, TemplateSource
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
    "Finding",
    "LibraryEntry",
    "LintAudience",
    "LintRow",
    "Message",
    "MessagingSettings",
    "NewBulkMessage",
    "NewPartial",
    "NewTemplate",
    "Outcome",
    "Partial",
    "PartialChange",
    "PartialText",
    "PartialTexts",
    "PartialUse",
    "Preview",
    "Reason",
    "SendRequest",
    "Standing",
    "State",
    "Suppression",
    "SuppressionReason",
    "Template",
    "TemplateChange",
    "TemplateSource",
    "TemplateVersion",
    "Told",
    "Variable",
    "adopt_template",
    "archive_template",
    "best_hours_of",
    "campaign_deliveries",
    "change_partial",
    "change_template",
    "check_partial",
    "check_template",
    "create_partial",
    "create_template",
    "customer_history",
    "delete_partial",
    "delete_template",
    "dispatch_hours",
    "dispatch_links",
    "duplicate_template",
    "enqueue_batch",
    "explain",
    "get_bulk",
    "get_delivery",
    "get_dispatch",
    "get_partial",
    "get_standing",
    "get_template",
    "library_source",
    "lift",
    "link_urls",
    "lint_rows",
    "list_deliveries",
    "list_partials",
    "list_suppressions",
    "list_templates",
    "may_market",
    "messaging_settings",
    "move_bulk",
    "open_dispatch",
    "outdated_partials",
    "pause_marketing",
    "paused_why",
    "preview_template",
    "publish_template",
    "read_contacts",
    "record_wishes",
    "resolve",
    "restore_version",
    "resume_marketing",
    "send_now",
    "send_one",
    "send_template_test",
    "set_gate",
    "start_bulk",
    "start_template_lint",
    "suppress",
    "suppressed",
    "template_channels",
    "template_library",
    "template_variables",
    "template_version",
    "template_versions",
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
            "partials.checks": "check_partial",
            "partials.model": "Partial PartialUse",
            "partials.service": (
                "change_partial create_partial delete_partial get_partial list_partials outdated_partials"
            ),
            "partials.source": "NewPartial PartialChange PartialText PartialTexts",
            "preferences.consenting": "Told record_wishes",
            "sending.asking": "SendRequest",
            "sending.resolving": "resolve",
            "sending.single": "send_now send_one",
            "settings_model": "MessagingSettings",
            "settings_store": "messaging_settings",
            "standing": "get_standing",
            "standing_store": "Standing pause_marketing paused_why resume_marketing",
            "suppression_model": "Suppression SuppressionReason",
            "suppressions": "lift list_suppressions suppress suppressed",
            "trying": "may_market try_message",
            "templates.adopting": "adopt_template library_source template_library template_variables",
            "templates.linting": "LintAudience LintRow lint_rows start_template_lint",
            "templates.model": "Finding LibraryEntry Preview Template TemplateVersion Variable",
            "templates.previewing": "preview_template",
            "templates.publishing": (
                "check_template publish_template restore_version template_version template_versions"
            ),
            "templates.sending_tests": "send_template_test",
            "templates.service": (
                "archive_template change_template create_template delete_template duplicate_template get_template list_templates"
            ),
            "templates.source": "NewTemplate TemplateChange TemplateSource",
        },
    )
