"""Customers: profiles, facts, search, timeline, interactions, notes and bulk actions (CUS-1, 2, 4, 5, 9).

`facts` and references are what other capabilities need at every turn; the use cases are imported when they are first named, so
that a function which only counts an order does not pay for the rules of profiles at its cold start.
"""

from typing import TYPE_CHECKING

from regulars.customers.activity import (
    choices,
    counted_as,
    favourite,
    is_activity,
    latest_at_most,
)
from regulars.customers.activity_store import Activity, latest_points, note_activity
from regulars.customers.facts import SHARDS as FACTS_SHARDS
from regulars.customers.facts import (
    Facts,
    FactsItem,
    FactsMovedError,
    TotalsChange,
    change_totals,
    facts_key,
    facts_of,
    facts_of_many,
    facts_shard,
    page_of_shard,
)
from regulars.customers.reference import (
    CustomerRef,
    customer_partition,
    customer_subject,
    is_customer_id,
    known_by,
    resolve,
)
from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.customers.attributes import AttributeSchema, Definition, KeptSchema
    from regulars.customers.bulk import Bulk, BulkResult, act_on_many
    from regulars.customers.fields import GENDERS, STATUSES, Day
    from regulars.customers.interactions import (
        Interaction,
        InteractionPatch,
        NewInteraction,
        change_interaction,
        list_interactions,
        log_interaction,
        remind,
    )
    from regulars.customers.list_store import Filter, list_customers
    from regulars.customers.merge_patch import CustomerPatch, united
    from regulars.customers.model import Address, Customer, Origin, Profile, Upserted
    from regulars.customers.normalise import email_address, normal_tag, phone_number
    from regulars.customers.notes import Note, add_note, delete_note, edit_note, list_notes
    from regulars.customers.schema_service import attribute_schema, define_attributes
    from regulars.customers.search_store import holders_of_phone, search_customers
    from regulars.customers.service import change, create, delete, get, patch, retag, set_status, update
    from regulars.customers.settling import settle
    from regulars.customers.timeline import Entry, read_timeline
    from regulars.customers.undoing import remove_created, restore
    from regulars.customers.upserting import upsert
    from regulars.customers.writing import DuplicateError

__all__ = [
    "FACTS_SHARDS",
    "GENDERS",
    "STATUSES",
    "Activity",
    "Address",
    "AttributeSchema",
    "Bulk",
    "BulkResult",
    "Customer",
    "CustomerPatch",
    "CustomerRef",
    "Day",
    "Definition",
    "DuplicateError",
    "Entry",
    "Facts",
    "FactsItem",
    "FactsMovedError",
    "Filter",
    "Interaction",
    "InteractionPatch",
    "KeptSchema",
    "NewInteraction",
    "Note",
    "Origin",
    "Profile",
    "TotalsChange",
    "Upserted",
    "act_on_many",
    "add_note",
    "attribute_schema",
    "change",
    "change_interaction",
    "change_totals",
    "choices",
    "counted_as",
    "create",
    "customer_partition",
    "customer_subject",
    "define_attributes",
    "delete",
    "delete_note",
    "edit_note",
    "email_address",
    "facts_key",
    "facts_of",
    "facts_of_many",
    "facts_shard",
    "favourite",
    "get",
    "holders_of_phone",
    "is_activity",
    "is_customer_id",
    "known_by",
    "latest_at_most",
    "latest_points",
    "list_customers",
    "list_interactions",
    "list_notes",
    "log_interaction",
    "normal_tag",
    "note_activity",
    "page_of_shard",
    "patch",
    "phone_number",
    "read_timeline",
    "remind",
    "remove_created",
    "resolve",
    "restore",
    "retag",
    "search_customers",
    "set_status",
    "settle",
    "united",
    "update",
    "upsert",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "attributes": "AttributeSchema Definition KeptSchema",
            "bulk": "Bulk BulkResult act_on_many",
            "fields": "GENDERS STATUSES Day",
            "interactions": (
                "Interaction InteractionPatch NewInteraction "
                "change_interaction list_interactions log_interaction remind"
            ),
            "list_store": "Filter list_customers",
            "merge_patch": "CustomerPatch united",
            "model": "Address Customer Origin Profile Upserted",
            "normalise": "email_address normal_tag phone_number",
            "notes": "Note add_note delete_note edit_note list_notes",
            "schema_service": "attribute_schema define_attributes",
            "search_store": "holders_of_phone search_customers",
            "service": "change create delete get patch retag set_status update",
            "settling": "settle",
            "timeline": "Entry read_timeline",
            "undoing": "remove_created restore",
            "upserting": "upsert",
            "writing": "DuplicateError",
        },
    )
