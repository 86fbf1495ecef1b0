"""Versions of templates in the table: immutable, each in three items that are read by different people.

T#t#TPL       K#<key>       which template has a key, and which of its versions is published     senders
T#t#TPL#<id>  M#<number>    when, by whom, and the destinations of its links                     lists, redirects
              V#<number>    what is rendered                                                     senders
              S#<number>    what was written                                                     editors
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError, InvalidError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.model import Channel

if TYPE_CHECKING:
    from regulars.messaging.templates.rendering import Compiled

# An item has 400 KB at the most.
_MAX_PACKED = 380_000


class TemplateKeyItem(Item):
    kind = UnicodeAttribute(default="template key")
    template_id = UnicodeAttribute()
    published = NumberAttribute(default=0)
    archived = BooleanAttribute(default=False)
    category = UnicodeAttribute()
    name = UnicodeAttribute()


class VersionHeadItem(Item):
    kind = UnicodeAttribute(default="template version")
    at = TimeAttribute()
    by = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    category = UnicodeAttribute()
    name = UnicodeAttribute()
    key = UnicodeAttribute()
    links = JsonAttribute(default=dict)

    @property
    def number(self) -> int:
        return int(str(self.sk).removeprefix("M#"))


class PackedItem(Item):
    """Compressed JSON: what a version renders, what was written for it, or a draft."""

    kind = UnicodeAttribute(default="template content")
    data = BinaryAttribute(legacy_encoding=False)


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Which template a key leads to."""

    key: str
    template_id: str
    published: int
    archived: bool


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is published: `prepared` is what renders, `source` what was written, `links` are the destinations by channel and
    language."""

    template_id: str
    key: str
    name: str
    category: str
    number: int
    at: datetime
    by: str
    note: str
    source: Mapping[str, Any]
    prepared: Mapping[str, Any]
    links: Mapping[str, Any]


def templates_partition(tenant: Tenant) -> str:
    return tenant.partition("TPL")


def versions_partition(tenant: Tenant, template_id: str) -> str:
    return tenant.partition("TPL", template_id)


def packed(data: Mapping[str, Any], pointer: str = "/draft") -> bytes:
    """JSON as it is stored. Raises InvalidError, at `pointer`, for more than an item takes."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    squeezed = zlib.compress(text, 6)
    if len(squeezed) > _MAX_PACKED:
        raise InvalidError.of(pointer, "it is too large to be kept")
    return squeezed


def unpacked(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(data))
    return found


def key_item(tenant: Tenant, key: str, template_id: str, **told: Any) -> TemplateKeyItem:
    """What stands under a key."""
    return TemplateKeyItem(templates_partition(tenant), f"K#{key}", template_id=template_id, **told)


def read_key(tenant: Tenant, key: str) -> KeyPlace | None:
    """The template of a tenant that has a key. 0.5 request units; by a template's own id 1."""
    item = TemplateKeyItem.read(templates_partition(tenant), f"K#{key}")
    if item is None:
        return None
    return KeyPlace(key, item.template_id, int(item.published), bool(item.archived))


def create_version(tx: Transaction, version: NewVersion) -> None:
    """Add to `tx` a version. The commit raises ConflictError if there is one of this number."""
    pk, number = versions_partition(tx.tenant, version.template_id), f"{version.number:06d}"
    taken = ConflictError("another version was published at the same moment")
    tx.create(
        VersionHeadItem(
            pk,
            f"M#{number}",
            at=version.at,
            by=version.by or None,
            note=version.note or None,
            category=version.category,
            name=version.name,
            key=version.key,
            links=dict(version.links),
        ),
        taken,
    )
    whole = {"key": version.key, "name": version.name, "category": version.category, **version.prepared}
    tx.create(PackedItem(pk, f"V#{number}", data=packed(whole)), taken)
    tx.create(PackedItem(pk, f"S#{number}", data=packed(version.source)), taken)


def read_version(tenant: Tenant, template_id: str, number: int) -> "Compiled | None":
    """A version as it is rendered. 0.5 request units per 4 KB compressed."""
    item = PackedItem.read(versions_partition(tenant, template_id), f"V#{number:06d}")
    if item is None:
        return None
    data = unpacked(item.data)
    # Whoever only looks up where a link leads does not load what renders.
    from regulars.messaging.templates.rendering import Compiled

    sources = {Channel(channel): languages for channel, languages in data["contents"].items()}
    return Compiled(
        data["key"],
        template_id,
        number,
        data["category"],
        data["name"],
        sources,
        conditions=data.get("conditions", {}),
    )


def read_links(tenant: Tenant, template_id: str, number: int) -> dict[str, dict[str, list[str]]]:
    """The destinations of a version's links by channel and language. 0.5 request units."""
    item = VersionHeadItem.read(versions_partition(tenant, template_id), f"M#{number:06d}")
    return item.links if item else {}


def read_head(tenant: Tenant, template_id: str, number: int) -> VersionHeadItem | None:
    return VersionHeadItem.read(versions_partition(tenant, template_id), f"M#{number:06d}")


def read_heads(tenant: Tenant, template_id: str, limit: int = 100) -> list[VersionHeadItem]:
    """A template's versions, the newest first."""
    found = VersionHeadItem.page(
        versions_partition(tenant, template_id),
        VersionHeadItem.sk.startswith("M#"),
        limit=limit,
        newest_first=True,
    )
    return found.items


def read_source(tenant: Tenant, template_id: str, number: int) -> dict[str, Any] | None:
    """What was written for a version."""
    item = PackedItem.read(versions_partition(tenant, template_id), f"S#{number:06d}")
    return unpacked(item.data) if item else None
