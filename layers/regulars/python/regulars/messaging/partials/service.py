"""Use cases of partials: make, read, change, remove, and who uses them. What was published stays as it is."""

from dataclasses import replace
from datetime import datetime

from regulars.kernel.errors import ConflictError, Fault, InvalidError, NotFoundError, StaleError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.partials.checks import check_partial
from regulars.messaging.partials.model import Partial, PartialUse
from regulars.messaging.partials.source import NewPartial, PartialChange, includes_of, kinds_of, languages_of
from regulars.messaging.partials.store import (
    PartialItem,
    create_partial_item,
    delete_partial_items,
    every_partial,
    packed_texts,
    page_of_partials,
    partial_of,
    read_partial_item,
    read_texts,
    save_partial,
)
from regulars.messaging.templates.model import Template
from regulars.messaging.templates.store import templates_with_partials


def create_partial(
    tenant: Tenant, given: NewPartial, *, now: datetime, by: str = "", once: Once | None = None
) -> Partial:
    """A new partial. Raises ConflictError if another has the key, and InvalidError with pointers to every fault."""
    recall(tenant, once)
    revision, data = packed_texts(given.contents)
    made = Partial(
        key=given.key,
        name=given.name,
        description=given.description,
        languages=languages_of(given.contents),
        kinds=kinds_of(given.contents),
        includes=includes_of(given.contents),
        revision=revision,
        created_at=now,
        created_by=by,
        updated_at=now,
        contents=given.contents,
    )
    _require_sound(tenant, made)
    made = replace(made, used_by=tuple(_users(tenant, made.key, revision)))
    told = f"another partial has the key “{made.key}”"
    tx = Transaction(tenant)
    tx.remember(once, made)
    create_partial_item(tx, made, data, ConflictError(told, [Fault("/key", told)]))
    tx.commit()
    return made


def _require_sound(tenant: Tenant, partial: Partial) -> None:
    found = check_partial(tenant, partial.contents, partial.key)
    if faults := [Fault(one.pointer, one.told) for one in found if one.level == "fault"]:
        raise InvalidError("the partial has faults", faults)


def _at_hand(tenant: Tenant, key: str, version: int | None = None) -> PartialItem:
    item = read_partial_item(tenant, key)
    if item is None:
        raise NotFoundError("there is no such partial")
    if version not in {None, int(item.version)}:
        raise StaleError
    return item


def get_partial(tenant: Tenant, key: str) -> Partial:
    """A partial with its texts and who uses it. Raises NotFoundError."""
    return _whole(tenant, _at_hand(tenant, key))


def _whole(tenant: Tenant, item: PartialItem) -> Partial:
    found = partial_of(item)
    texts = read_texts(tenant, [found.key]).get(found.key)
    users = tuple(_users(tenant, found.key, found.revision))
    return replace(found, contents=texts.contents if texts else {}, used_by=users)


def list_partials(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[Partial]:
    """Partials by key, without their texts and who uses them."""
    return page_of_partials(tenant, limit=limit, cursor=cursor)


def change_partial(
    tenant: Tenant, key: str, change: PartialChange, *, now: datetime, version: int | None = None
) -> Partial:
    """Change what `change` names; templates take other texts when they are published next. Raises NotFoundError, StaleError, and
    InvalidError with pointers to every fault."""
    item = _at_hand(tenant, key, version)
    given = {name: getattr(change, name) for name in change.model_fields_set}
    after, data = replace(partial_of(item), **given, updated_at=now), None
    if change.contents is not None:
        _require_sound(tenant, after)
        revision, data = packed_texts(change.contents)
        after = replace(
            after,
            revision=revision,
            languages=languages_of(change.contents),
            kinds=kinds_of(change.contents),
            includes=includes_of(change.contents),
        )
    tx = Transaction(tenant)
    save_partial(tx, item, after, data)
    tx.commit()
    return _whole(tenant, _at_hand(tenant, key))


def delete_partial(tenant: Tenant, key: str, *, version: int | None = None) -> None:
    """Remove a partial; versions that have it keep its texts. Raises NotFoundError, StaleError, and ConflictError naming the
    drafts and partials that include it."""
    item = _at_hand(tenant, key, version)
    if users := [one for one in _users(tenant, key, item.revision) if one.draft]:
        raise _in_use(users)
    tx = Transaction(tenant)
    delete_partial_items(tx, item)
    tx.commit()


def outdated_partials(tenant: Tenant, template: Template) -> list[str]:
    """The partials of which a template's published version has an older text, or that are gone."""
    if not template.partials:
        return []
    texts = read_texts(tenant, template.partials)
    return [
        key
        for key, revision in sorted(template.partials.items())
        if key not in texts or texts[key].revision != revision
    ]


def _in_use(users: list[PartialUse]) -> ConflictError:
    named = ", ".join(f"the {one.kind} “{one.name}”" for one in users[:5])
    more = f" and {len(users) - 5} more" if len(users) > 5 else ""
    faults = [
        Fault(f"/{one.kind}s/{one.id}", f"the {one.kind} “{one.name}” includes it") for one in users[:50]
    ]
    return ConflictError(f"it is included by {named}{more}", faults)


def _users(tenant: Tenant, key: str, revision: str) -> list[PartialUse]:
    """Who uses a partial, itself or through others: partials first."""
    others = list(every_partial(tenant))
    reached = {key}
    while further := {one.key for one in others if reached & set(one.includes)} - reached:
        reached |= further
    found = [PartialUse("partial", one.key, one.name) for one in others if one.key in reached - {key}]
    for one in templates_with_partials(tenant):
        draft, there = bool(reached & set(one.includes)), one.partials.get(key)
        if draft or there:
            found.append(
                PartialUse(
                    "template",
                    one.id,
                    one.name,
                    draft=draft,
                    published=one.published if there else 0,
                    older=there not in {None, revision},
                    changed=one.changed,
                    archived=one.archived,
                )
            )
    return found
