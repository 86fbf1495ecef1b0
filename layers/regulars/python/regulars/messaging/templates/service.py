"""Use cases of templates: make, read, change, archive, remove. Publishing is in `publishing`."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.kernel.errors import ConflictError, Fault, NotFoundError, StaleError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import natural_id, new_id
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.model import Channel
from regulars.messaging.templates.model import Template
from regulars.messaging.templates.source import NewTemplate, TemplateChange, TemplateSource
from regulars.messaging.templates.store import (
    TemplateItem,
    create_template_item,
    delete_template_items,
    page_of_templates,
    read_draft,
    read_item,
    save_template,
    template_of,
)
from regulars.messaging.templates.version_store import read_key

_TRIES = 50


def create_template(
    tenant: Tenant, given: NewTemplate, *, now: datetime, by: str = "", once: Once | None = None
) -> Template:
    """A new template with a draft, which may be wrong. Raises ConflictError if another has the key."""
    recall(tenant, once)
    template = Template(
        id=natural_id("tpl", now, tenant.id, once.caller, once.key) if once else new_id("tpl", now),
        key=given.key or _free_key(tenant, given.name),
        name=given.name,
        category=given.category,
        created_at=now,
        updated_at=now,
        description=given.description,
        channels=given.draft.channels,
        languages=given.draft.languages,
        includes=given.draft.includes,
        created_by=by,
        draft=given.draft,
    )
    told = f"another template has the key “{template.key}”"
    tx = Transaction(tenant)
    tx.remember(once, template)
    create_template_item(tx, template, ConflictError(told, [Fault("/key", told)]))
    tx.commit()
    return template


def _free_key(tenant: Tenant, name: str) -> str:
    plain = (
        unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ß", "ss"))
        .encode("ascii", "ignore")
        .decode()
    )
    key = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:50]
    key = key if key[:1].isalpha() else f"template_{key}".rstrip("_")
    tried = [key, *(f"{key}_{number}" for number in range(2, _TRIES))]
    return next((one for one in tried if read_key(tenant, one) is None), key)


def at_hand(tenant: Tenant, template_id: str, version: int | None = None) -> TemplateItem:
    """A template's item as it is now. Raises NotFoundError, StaleError (`version` is another)."""
    item = read_item(tenant, template_id)
    if item is None:
        raise NotFoundError("there is no such template")
    if version not in {None, int(item.version)}:
        raise StaleError
    return item


def get_template(tenant: Tenant, template_id: str) -> Template:
    """A template with its draft. Raises NotFoundError."""
    return template_of(at_hand(tenant, template_id), read_draft(tenant, template_id))


def list_templates(
    tenant: Tenant,
    *,
    channel: Channel | None = None,
    category: str | None = None,
    archived: bool = False,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Template]:
    """Templates without their drafts, the newest first."""
    return page_of_templates(
        tenant, channel=channel, category=category, archived=archived, limit=limit, cursor=cursor
    )


def change_template(
    tenant: Tenant,
    template_id: str,
    change: TemplateChange,
    *,
    now: datetime,
    version: int | None = None,
    by: str = "",
) -> Template:
    """Change what `change` names; a draft may be wrong. Raises NotFoundError, StaleError."""
    item = at_hand(tenant, template_id, version)
    before = template_of(item)
    given: dict[str, Any] = {name: getattr(change, name) for name in change.model_fields_set}
    after = replace(before, **given, updated_at=now, changed=True)
    if change.draft is not None:
        after = with_draft(after, change.draft)
    return write(tenant, item, after)


def with_draft(template: Template, draft: TemplateSource) -> Template:
    """The template with another draft, and with what lists know of it."""
    return replace(
        template,
        draft=draft,
        channels=draft.channels,
        languages=draft.languages,
        includes=draft.includes,
    )


def write(tenant: Tenant, item: TemplateItem, after: Template, tx: Transaction | None = None) -> Template:
    """Commit a template in place of the one that was read. Raises StaleError."""
    from regulars.messaging.templates.published import forget_templates

    tx = tx or Transaction(tenant)
    save_template(tx, item, after)
    tx.commit()
    forget_templates()
    written = replace(after, version=int(item.version) + 1)
    return written if written.draft is not None else replace(written, draft=read_draft(tenant, written.id))


def archive_template(
    tenant: Tenant, template_id: str, *, now: datetime, version: int | None = None, archived: bool = True
) -> Template:
    """Put a template away, or back: what is away is neither listed nor sent. Raises NotFoundError, StaleError."""
    item = at_hand(tenant, template_id, version)
    return write(tenant, item, replace(template_of(item), archived=archived, updated_at=now))


def delete_template(tenant: Tenant, template_id: str, *, version: int | None = None) -> None:
    """Remove a template that was never published. Raises NotFoundError, StaleError, ConflictError: what was sent is kept."""
    item = at_hand(tenant, template_id, version)
    if int(item.latest):
        raise ConflictError("it was published: messages that were sent refer to it. Archive it instead")
    tx = Transaction(tenant)
    delete_template_items(tx, item)
    tx.commit()


def duplicate_template(tenant: Tenant, template_id: str, *, now: datetime, by: str = "") -> Template:
    """A new template with the same draft. Raises NotFoundError."""
    found = get_template(tenant, template_id)
    return create_template(tenant, copy_of(found, found.draft or TemplateSource()), now=now, by=by)


def copy_of(template: Template, draft: TemplateSource) -> NewTemplate:
    """What a copy of a template is made of."""
    return NewTemplate(
        name=f"{template.name[:190]} (copy)",
        description=template.description,
        category=template.category,
        draft=draft,
    )
