"""Product items. A product's events lie beside it: they are its price history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.expressions.condition import Condition

from regulars.commerce.products.model import Product, ProductInput, category_text, search_text
from regulars.kernel.clock import iso
from regulars.kernel.events import EventItem, Subject
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant


class ProductItem(Item):
    kind = UnicodeAttribute(default="product")
    id = UnicodeAttribute()
    data = JsonAttribute()
    category = UnicodeAttribute(null=True)
    search = UnicodeAttribute()
    available = BooleanAttribute()
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    archived_at = TimeAttribute(null=True)
    version = VersionAttribute()

    @classmethod
    def of(cls, tenant: Tenant, identifier: str, given: ProductInput, now: datetime) -> Self:
        """A product that is new at `now`."""
        item = cls(tenant.partition("P", identifier), "PRODUCT", id=identifier, created_at=now)
        item.describe(tenant, given, now)
        return item

    def describe(self, tenant: Tenant, given: ProductInput, now: datetime) -> None:
        """Take over what the shop says; a product that was archived is listed again."""
        self.data = given.model_dump(include=set(ProductInput.model_fields), exclude_defaults=True)
        self.category = category_text(given.category) or None
        self.search = search_text(self.id, given)
        self.available = given.available
        self.updated_at = now
        self.archived_at = None
        self.g1pk = tenant.partition("L", "product")
        self.g1sk = f"{iso(self.created_at)}#{self.id}"

    def archive(self, now: datetime) -> None:
        """Take it off the lists."""
        self.archived_at = self.updated_at = now
        self.g1pk = self.g1sk = None

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def product(self) -> Product:
        return Product(
            **self.data,
            id=self.id,
            created_at=self.created_at,
            updated_at=self.updated_at,
            archived_at=self.archived_at,
            version=int(self.version or 0),
        )


def subject_of(tenant: Tenant, identifier: str) -> Subject:
    """The product as the subject of events."""
    return Subject(identifier, tenant.partition("P", identifier))


def load(tenant: Tenant, identifier: str, *, consistent: bool = False) -> ProductItem | None:
    return ProductItem.read(tenant.partition("P", identifier), "PRODUCT", consistent=consistent)


def load_many(
    tenant: Tenant, identifiers: Iterable[str], *, consistent: bool = False
) -> dict[str, ProductItem]:
    """The products that exist among up to 100 different ids."""
    keys = [(tenant.partition("P", identifier), "PRODUCT") for identifier in identifiers]
    return {item.id: item for item in ProductItem.batch_get(keys, consistent_read=consistent)}


def page(
    tenant: Tenant,
    *,
    limit: int,
    cursor: str | None,
    category: str | None = None,
    available: bool | None = None,
    q: str | None = None,
) -> Page[Product]:
    """Products that are not archived, newest first."""
    only: Condition | None = None
    wanted: list[Condition] = []
    if category is not None:
        wanted.append(ProductItem.category.startswith(f"{category} > "))
    if available is not None:
        wanted.append(ProductItem.available == available)
    wanted += [ProductItem.search.contains(word) for word in (q or "").casefold().split()[:5]]
    for condition in wanted:
        only = condition if only is None else only & condition
    found = ProductItem.page(
        tenant.partition("L", "product"),
        index="by_list",
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
        only=only,
    )
    return page_of(found, ProductItem.product)


def price_events(tenant: Tenant, identifier: str, *, limit: int, cursor: str | None) -> Page[EventItem]:
    """The events that set a price, newest first."""
    names: Any = ("product.price_changed", "product.created")
    found = EventItem.page(
        tenant.partition("P", identifier),
        EventItem.sk.startswith("E#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
        only=EventItem.name.is_in(*names),
    )
    return page_of(found, lambda item: item)
