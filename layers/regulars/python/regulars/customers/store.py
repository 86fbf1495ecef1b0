"""Where customers are kept: the profile with its version, the search tokens, the tenant's attribute schema."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.expressions.update import Action

from regulars.customers.attributes import Definition, KeptSchema
from regulars.customers.facts import Facts, FactsItem, facts_key, facts_of
from regulars.customers.model import Customer, Origin, Profile, row_of
from regulars.customers.reference import customer_partition, is_customer_id
from regulars.kernel.errors import GoneError, NotFoundError, RegularsError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

PROFILE = "PROFILE"
# How many imports a profile remembers to have been touched by.
_KEPT_JOBS = 5


class ProfileItem(Item):
    """A profile, or with `deleted_at` the tombstone of one: no personal data is left in it."""

    kind = UnicodeAttribute(default="customer")
    profile = JsonAttribute(default=dict)
    status_reason = UnicodeAttribute(null=True)
    version = VersionAttribute()
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    deleted_at = TimeAttribute(null=True)
    made_by = UnicodeAttribute(null=True)
    edited = BooleanAttribute(default=False)
    rows = JsonAttribute(null=True)


class TokenItem(Item):
    """One thing that a customer can be found by; `terms` are all of them, so that further words are checked here."""

    kind = UnicodeAttribute(default="token")
    terms = UnicodeAttribute()


class SchemaItem(Item):
    kind = UnicodeAttribute(default="attributes")
    attributes = JsonAttribute()
    version = VersionAttribute()


def read_item(tenant: Tenant, customer_id: str, *, consistent: bool = True) -> ProfileItem:
    """The profile's item. Raises NotFoundError, or GoneError when it has been deleted."""
    if not is_customer_id(customer_id):
        raise NotFoundError("there is no such customer")
    pk = customer_partition(tenant, customer_id)
    # A miss may be a customer of a moment ago: only a consistent read can say that there is none.
    item = ProfileItem.read(pk, PROFILE, consistent=consistent) or ProfileItem.read(
        pk, PROFILE, consistent=True
    )
    if item is None:
        raise NotFoundError("there is no such customer")
    if item.deleted_at:
        raise GoneError("this customer has been deleted")
    return item


def customer_of(tenant: Tenant, item: ProfileItem, facts: Facts | None = None) -> Customer:
    """The customer of a profile's item; reads the facts if they are not given."""
    customer_id = item.pk.rpartition("#")[2]
    facts = facts or facts_of(tenant, customer_id) or facts_of(tenant, customer_id, consistent=True)
    if facts is None:
        # Deleted between the two reads.
        raise GoneError("this customer has been deleted")
    return Customer(
        id=customer_id,
        profile=Profile.of_stored(item.profile),
        facts=facts,
        version=int(item.version),
        created_at=item.created_at,
        updated_at=item.updated_at,
        status_reason=item.status_reason,
    )


def new_profile_item(tenant: Tenant, customer: Customer, origin: Origin | None) -> ProfileItem:
    """The item of a new customer."""
    return ProfileItem(
        customer_partition(tenant, customer.id),
        PROFILE,
        profile=customer.profile.stored(),
        created_at=customer.created_at,
        updated_at=customer.updated_at,
        status_reason=customer.status_reason,
        made_by=origin.job if origin else None,
        rows={origin.job: origin.row} if origin else None,
    )


def write_onto(item: ProfileItem, profile: Profile, *, at: datetime, origin: Origin | None) -> None:
    """Put a new profile onto an item that was read, noting whether somebody other than its import changed it."""
    item.profile, item.updated_at = profile.stored(), at
    if origin is None or origin.job != item.made_by:
        item.edited = True
    if origin is not None:
        rows = {job: row for job, row in (item.rows or {}).items() if job != origin.job}
        item.rows = dict([*rows.items(), (origin.job, origin.row)][-_KEPT_JOBS:])


def was_applied(item: ProfileItem, origin: Origin | None) -> bool:
    """Whether this row of an import, or a later one, has changed this customer before."""
    return origin is not None and (item.rows or {}).get(origin.job, -1) >= origin.row


def bury(item: ProfileItem, at: datetime) -> None:
    """Make the item a tombstone."""
    item.kind, item.profile, item.status_reason, item.rows, item.deleted_at = "tombstone", {}, None, None, at


def change_row(tx: Transaction, customer_id: str, before: Profile, after: Profile) -> None:
    """Add to `tx` what changed of the facts' list row, if anything."""
    old, new = row_of(before), row_of(after)
    actions: list[Action] = []
    for name, value in new.items():
        if old[name] != value:
            attribute: Any = getattr(FactsItem, name)
            value = set(value) if isinstance(value, frozenset) else value
            actions.append(attribute.set(value) if value else attribute.remove())
    if actions:
        item = FactsItem(*facts_key(tx.tenant, customer_id))
        gone: RegularsError = GoneError("this customer has been deleted")
        tx.update(item, actions, FactsItem.pk.exists(), gone)


def change_tokens(tx: Transaction, customer_id: str, before: list[str], after: list[str]) -> None:
    """Add to `tx` the search tokens that come, go, or are to know of other terms."""
    if before == after:
        return
    for term in before:
        if term not in after:
            tx.delete(TokenItem(token_partition(tx.tenant, term), f"{term}#{customer_id}"))
    for term in after:
        tx.save(TokenItem(token_partition(tx.tenant, term), f"{term}#{customer_id}", terms=" ".join(after)))


def token_partition(tenant: Tenant, term: str) -> str:
    """Tokens are spread by their first two characters: the least that a search gives."""
    return tenant.partition("S", term[:2])


def _schema_key(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition(), "ATTRIBUTES#customer"


def read_schema(tenant: Tenant, *, consistent: bool = False) -> KeptSchema:
    """The tenant's schema of custom attributes; an empty one of version 0 when none was defined."""
    item = SchemaItem.read(*_schema_key(tenant), consistent=consistent)
    if item is None:
        return KeptSchema([], 0)
    return KeptSchema([Definition.model_construct(**one) for one in item.attributes], int(item.version))


def write_schema(
    tx: Transaction, schema: KeptSchema, definitions: list[Definition], error: Exception
) -> None:
    """Add to `tx` a new schema in place of the one that was read; `error` if it is no longer that."""
    item = SchemaItem(*_schema_key(tx.tenant))
    item.attributes = [{"values": []} | one.model_dump(exclude_none=True) for one in definitions]
    if schema.version:
        item.version = schema.version
    tx.save(item, None if schema.version else SchemaItem.pk.does_not_exist(), error)
