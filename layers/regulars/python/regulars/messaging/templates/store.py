"""Templates in the table: a head for lists beside all others of the tenant, the draft in the template's own partition."""

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    VersionAttribute,
)
from pynamodb.expressions.condition import Condition

from regulars.kernel.errors import ConflictError, StaleError
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.model import Channel
from regulars.messaging.templates.model import Template
from regulars.messaging.templates.source import TemplateSource
from regulars.messaging.templates.version_store import (
    KeyPlace,
    PackedItem,
    key_item,
    packed,
    templates_partition,
    unpacked,
    versions_partition,
)

_HEAD, _DRAFT = "T#", "DRAFT"


class TemplateItem(Item):
    kind = UnicodeAttribute(default="template")
    key = UnicodeAttribute()
    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    category = UnicodeAttribute()
    channels = UnicodeSetAttribute(null=True)
    languages = UnicodeSetAttribute(null=True)
    segments = JsonAttribute(default=list)
    includes = UnicodeSetAttribute(null=True)
    partials = JsonAttribute(default=dict)
    published = NumberAttribute(default=0)
    latest = NumberAttribute(default=0)
    published_at = TimeAttribute(null=True)
    changed = BooleanAttribute(default=True)
    archived = BooleanAttribute(default=False)
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    updated_at = TimeAttribute()
    version = VersionAttribute()

    @property
    def template_id(self) -> str:
        return str(self.sk).removeprefix(_HEAD)


def template_of(item: TemplateItem, draft: TemplateSource | None = None) -> Template:
    """The domain value of an item."""
    return Template(
        id=item.template_id,
        key=item.key,
        name=item.name,
        category=item.category,
        created_at=item.created_at,
        updated_at=item.updated_at,
        description=item.description or "",
        channels=tuple(one for one in Channel if one.value in (item.channels or ())),
        languages=tuple(sorted(item.languages or ())),
        published=int(item.published),
        latest=int(item.latest),
        published_at=item.published_at,
        changed=bool(item.changed),
        archived=bool(item.archived),
        created_by=item.created_by or "",
        segments=tuple(item.segments),
        includes=tuple(sorted(item.includes or ())),
        partials=item.partials,
        draft=draft,
        version=int(item.version),
    )


def _item_of(tenant: Tenant, template: Template) -> TemplateItem:
    return TemplateItem(
        templates_partition(tenant),
        _HEAD + template.id,
        key=template.key,
        name=template.name,
        description=template.description or None,
        category=template.category,
        channels={one.value for one in template.channels} or None,
        languages=set(template.languages) or None,
        segments=list(template.segments),
        includes=set(template.includes) or None,
        partials=dict(template.partials),
        published=template.published,
        latest=template.latest,
        published_at=template.published_at,
        changed=template.changed,
        archived=template.archived,
        created_at=template.created_at,
        created_by=template.created_by or None,
        updated_at=template.updated_at,
    )


def read_item(tenant: Tenant, template_id: str) -> TemplateItem | None:
    """A template's item, consistently. 1 request unit."""
    return TemplateItem.read(templates_partition(tenant), _HEAD + template_id, consistent=True)


def read_draft(tenant: Tenant, template_id: str) -> TemplateSource:
    """What is being written. 1 request unit per 4 KB compressed."""
    item = PackedItem.read(versions_partition(tenant, template_id), _DRAFT, consistent=True)
    return TemplateSource.model_validate(unpacked(item.data)) if item else TemplateSource()


def read_key_of(tenant: Tenant, template_id: str) -> KeyPlace | None:
    """The same as `read_key` by the template's id. 0.5 request units."""
    item = TemplateItem.read(templates_partition(tenant), _HEAD + template_id)
    if item is None:
        return None
    return KeyPlace(item.key, template_id, int(item.published), bool(item.archived))


def _put_key(tx: Transaction, template: Template, **how: Any) -> None:
    item = key_item(
        tx.tenant,
        template.key,
        template.id,
        published=template.published,
        archived=template.archived,
        category=template.category,
        name=template.name,
    )
    tx.save(item, **how)


def _put_draft(tx: Transaction, template: Template) -> None:
    if template.draft is not None:
        data = packed(template.draft.model_dump(mode="json", exclude_defaults=True))
        tx.save(PackedItem(versions_partition(tx.tenant, template.id), _DRAFT, data=data))


def create_template_item(tx: Transaction, template: Template, taken: ConflictError) -> None:
    """Add to `tx` a new template; the commit raises `taken` if another has the key."""
    tx.create(_item_of(tx.tenant, template))
    item = key_item(tx.tenant, template.key, template.id, category=template.category, name=template.name)
    tx.create(item, taken)
    _put_draft(tx, template)


def save_template(tx: Transaction, before: TemplateItem, after: Template) -> None:
    """Add to `tx` a template in place of the one that was read as `before`, with its draft if it has one here. The commit raises
    StaleError if it has changed since."""
    fresh = _item_of(tx.tenant, after)
    fresh.version = before.version
    tx.save(fresh, otherwise=StaleError())
    _put_key(tx, after)
    _put_draft(tx, after)


def delete_template_items(tx: Transaction, item: TemplateItem) -> None:
    """Add to `tx` the removal of a template that has no versions."""
    tx.delete(item, TemplateItem.version == item.version, StaleError())
    key = key_item(tx.tenant, item.key, item.template_id, category="", name="")
    tx.delete(key, type(key).template_id == item.template_id)
    draft = PackedItem(versions_partition(tx.tenant, item.template_id), _DRAFT)
    tx.delete(draft, PackedItem.pk.exists() | PackedItem.pk.does_not_exist())


def page_of_templates(
    tenant: Tenant,
    *,
    channel: Channel | None,
    category: str | None,
    archived: bool,
    limit: int,
    cursor: str | None,
) -> Page[Template]:
    """Templates without their drafts, the newest first. 0.5 request units for about ten. Raises MalformedError (cursor)."""
    only: Condition = TemplateItem.archived == archived
    if channel is not None:
        only &= TemplateItem.channels.contains(channel.value)
    if category is not None:
        only &= TemplateItem.category == category
    found = TemplateItem.page(
        templates_partition(tenant),
        TemplateItem.sk.startswith(_HEAD),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
        only=only,
    )
    return page_of(found, template_of)


def templates_with_partials(tenant: Tenant) -> Iterator[Template]:
    """Every template whose draft or version has partials, without its draft, consistently. 1 request unit for about ten
    templates of the tenant."""
    heads = TemplateItem.each(templates_partition(tenant), TemplateItem.sk.startswith(_HEAD), consistent=True)
    return (template_of(item) for item in heads if item.includes or item.partials)
