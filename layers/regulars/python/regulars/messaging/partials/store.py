"""Partials in the table, beside the tenant's templates.

T#t#TPL       P#<key>       what lists show of a partial
              C#<key>       its texts and their revision                                           whoever compiles
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, VersionAttribute

from regulars.kernel.errors import ConflictError, StaleError
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.partials.model import Partial
from regulars.messaging.partials.source import KINDS, PartialText
from regulars.messaging.templates.version_store import PackedItem, packed, templates_partition, unpacked

_HEAD, _TEXTS = "P#", "C#"


class PartialItem(Item):
    kind = UnicodeAttribute(default="partial")
    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    languages = UnicodeSetAttribute(null=True)
    kinds = UnicodeSetAttribute(null=True)
    includes = UnicodeSetAttribute(null=True)
    revision = UnicodeAttribute()
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    updated_at = TimeAttribute()
    version = VersionAttribute()


@dataclass(frozen=True, slots=True)
class Texts:
    """What a partial says by language, and the revision of it."""

    revision: str
    contents: Mapping[str, PartialText]


def partial_of(item: PartialItem, contents: Mapping[str, PartialText] | None = None) -> Partial:
    """The domain value of an item."""
    return Partial(
        key=str(item.sk).removeprefix(_HEAD),
        name=item.name,
        description=item.description or "",
        languages=tuple(sorted(item.languages or ())),
        kinds=tuple(one for one in KINDS if one in (item.kinds or ())),
        includes=tuple(sorted(item.includes or ())),
        revision=item.revision,
        created_at=item.created_at,
        created_by=item.created_by or "",
        updated_at=item.updated_at,
        contents=contents or {},
        version=int(item.version),
    )


def _item_of(tenant: Tenant, partial: Partial) -> PartialItem:
    return PartialItem(
        templates_partition(tenant),
        _HEAD + partial.key,
        name=partial.name,
        description=partial.description or None,
        languages=set(partial.languages) or None,
        kinds=set(partial.kinds) or None,
        includes=set(partial.includes) or None,
        revision=partial.revision,
        created_at=partial.created_at,
        created_by=partial.created_by or None,
        updated_at=partial.updated_at,
    )


def _texts_item(tenant: Tenant, key: str, data: bytes = b"") -> PackedItem:
    return PackedItem(templates_partition(tenant), _TEXTS + key, data=data)


def packed_texts(contents: Mapping[str, PartialText]) -> tuple[str, bytes]:
    """The revision of a partial's texts, and the texts as they are stored. Raises InvalidError for more than an item takes."""
    data = packed(
        {tag: texts.model_dump(exclude_defaults=True) for tag, texts in sorted(contents.items())}, "/contents"
    )
    return _revision(data), data


def _revision(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:20]


def read_partial_item(tenant: Tenant, key: str) -> PartialItem | None:
    """A partial's head, consistently. 1 request unit."""
    return PartialItem.read(templates_partition(tenant), _HEAD + key, consistent=True)


def read_texts(tenant: Tenant, keys: Iterable[str]) -> dict[str, Texts]:
    """The texts of those partials that are there, consistently. 1 request unit for each and each 4 KB compressed."""
    pk = templates_partition(tenant)
    wanted = sorted(set(keys))
    found: dict[str, Texts] = {}
    for start in range(0, len(wanted), 100):
        some = [(pk, _TEXTS + key) for key in wanted[start : start + 100]]
        for item in PackedItem.read_many(some, consistent=True):
            contents = {tag: PartialText.model_validate(one) for tag, one in unpacked(item.data).items()}
            found[str(item.sk).removeprefix(_TEXTS)] = Texts(_revision(item.data), contents)
    return found


def create_partial_item(tx: Transaction, partial: Partial, data: bytes, taken: ConflictError) -> None:
    """Add to `tx` a new partial; the commit raises `taken` if another has the key."""
    tx.create(_item_of(tx.tenant, partial), taken)
    tx.save(_texts_item(tx.tenant, partial.key, data))


def save_partial(tx: Transaction, before: PartialItem, after: Partial, data: bytes | None) -> None:
    """Add to `tx` a partial in place of the one that was read as `before`, with other texts if there are any. The commit raises
    StaleError if it has changed since."""
    fresh = _item_of(tx.tenant, after)
    fresh.version = before.version
    tx.save(fresh, otherwise=StaleError())
    if data is not None:
        tx.save(_texts_item(tx.tenant, after.key, data))


def delete_partial_items(tx: Transaction, item: PartialItem) -> None:
    """Add to `tx` the removal of a partial that was read as `item`."""
    tx.delete(item, PartialItem.version == item.version, StaleError())
    texts = _texts_item(tx.tenant, str(item.sk).removeprefix(_HEAD))
    tx.delete(texts, PackedItem.pk.exists() | PackedItem.pk.does_not_exist())


def page_of_partials(tenant: Tenant, *, limit: int, cursor: str | None) -> Page[Partial]:
    """Partials without their texts, by key. 0.5 request units for about ten. Raises MalformedError (cursor)."""
    found = PartialItem.page(
        templates_partition(tenant),
        PartialItem.sk.startswith(_HEAD),
        limit=limit,
        after=decode_cursor(tenant, cursor),
    )
    return page_of(found, partial_of)


def every_partial(tenant: Tenant) -> Iterator[Partial]:
    """All partials without their texts, consistently. 1 request unit for about ten."""
    for item in PartialItem.each(
        templates_partition(tenant), PartialItem.sk.startswith(_HEAD), consistent=True
    ):
        yield partial_of(item)
