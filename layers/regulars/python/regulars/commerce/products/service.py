"""Use cases of products. An unchanged put writes nothing and says nothing."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from regulars.commerce.contention import MovedError, contended
from regulars.commerce.products import store
from regulars.commerce.products.events import (
    ProductArchived,
    ProductBackInStock,
    ProductCreated,
    ProductOutOfStock,
    ProductPriceChanged,
    ProductUpdated,
)
from regulars.commerce.products.model import (
    Outcome,
    PricePoint,
    Product,
    ProductInput,
    ProductRow,
    changed_fields,
)
from regulars.commerce.products.store import ProductItem
from regulars.kernel.errors import NotFoundError, StaleError
from regulars.kernel.events import Event
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

# A row writes its item and four events at the most (updated, price, stock), a transaction 100 items.
_ROWS_A_TRANSACTION = 20


def put(
    tenant: Tenant, identifier: str, given: ProductInput, *, now: datetime, if_match: int | None = None
) -> Product:
    """Create a product or replace what is said of it. Raises StaleError if it is not at version `if_match`."""

    def attempt(again: bool) -> Product:
        item = store.load(tenant, identifier, consistent=again or if_match is not None)
        if if_match is not None and (item is None or item.version != if_match):
            raise StaleError
        transaction = Transaction(tenant)
        item, _ = _change(transaction, item, identifier, given, now)
        if len(transaction):
            transaction.commit()
        return item.product()

    return contended(attempt)


def put_many(
    tenant: Tenant, rows: Sequence[ProductRow], *, now: datetime, once: Once | None = None
) -> list[Outcome]:
    """Put up to 100 products; one outcome a row, in order. A later row for the same id is refused."""
    recall(tenant, once)
    outcomes: list[Outcome | None] = [None] * len(rows)
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        if first.setdefault(row.id, index) != index:
            outcomes[index] = Outcome(id=row.id, result="refused", reason="this id is in an earlier row")
    fresh = [index for index, outcome in enumerate(outcomes) if outcome is None]
    for start in range(0, len(fresh), _ROWS_A_TRANSACTION):
        chosen = fresh[start : start + _ROWS_A_TRANSACTION]
        results = contended(partial(_put_rows, tenant, [rows[index] for index in chosen], now))
        for index, result in zip(chosen, results, strict=True):
            outcomes[index] = Outcome(id=rows[index].id, result=result)
    done = [outcome for outcome in outcomes if outcome is not None]
    if once is not None:
        transaction = Transaction(tenant)
        transaction.remember(once, {"items": done})
        transaction.commit()
    return done


def _put_rows(tenant: Tenant, rows: list[ProductRow], now: datetime, again: bool) -> list[str]:
    items = store.load_many(tenant, [row.id for row in rows], consistent=again)
    transaction = Transaction(tenant)
    results = [_change(transaction, items.get(row.id), row.id, row, now)[1] for row in rows]
    if len(transaction):
        transaction.commit()
    return results


def _change(
    transaction: Transaction, item: ProductItem | None, identifier: str, given: ProductInput, now: datetime
) -> tuple[ProductItem, str]:
    """Add to the transaction what makes the product as given; what that is: created, updated or unchanged."""
    if item is None:
        item, result = ProductItem.of(transaction.tenant, identifier, given, now), "created"
        events: list[Event] = [_created(identifier, given)]
    else:
        before = item.product()
        events = _events(before, given)
        if not events:
            return item, "unchanged"
        item.describe(transaction.tenant, given, now)
        result = "updated"
    transaction.save(item, otherwise=MovedError())
    subject = store.subject_of(transaction.tenant, identifier)
    for event in events:
        transaction.emit(event, subject, at=now)
    return item, result


def _created(identifier: str, given: ProductInput) -> ProductCreated:
    return ProductCreated(
        product_id=identifier,
        price=given.price,
        currency=given.currency,
        category=given.category,
        brand=given.brand,
        available=given.available,
    )


def _events(before: Product, after: ProductInput) -> list[Event]:
    fields = changed_fields(before, after)
    if before.archived_at is not None:
        fields.append("archived_at")
    events: list[Event] = [ProductUpdated(product_id=before.id, fields=fields)] if fields else []
    if "price" in fields or "currency" in fields:
        events.append(
            ProductPriceChanged(
                product_id=before.id,
                old=before.price,
                old_currency=before.currency,
                new=after.price,
                currency=after.currency,
            )
        )
    if before.available and not after.available:
        events.append(ProductOutOfStock(product_id=before.id))
    elif after.available and not before.available:
        events.append(ProductBackInStock(product_id=before.id, stock=after.stock))
    return events


def get(tenant: Tenant, identifier: str) -> Product:
    """A product, archived ones too. Raises NotFoundError."""
    return _existing(tenant, identifier).product()


def get_many(tenant: Tenant, identifiers: Sequence[str]) -> dict[str, Product]:
    """Those of up to 100 products that exist, by id. 0.5 request units each."""
    return {one: item.product() for one, item in store.load_many(tenant, list(identifiers)).items()}


def _existing(tenant: Tenant, identifier: str, *, consistent: bool = False) -> ProductItem:
    item = store.load(tenant, identifier, consistent=consistent)
    if item is None:
        raise NotFoundError("there is no such product")
    return item


def list_products(
    tenant: Tenant,
    *,
    limit: int = 25,
    cursor: str | None = None,
    category: str | None = None,
    available: bool | None = None,
    q: str | None = None,
) -> Page[Product]:
    """Products that are not archived, newest first. `category` is a path such as `Home > Kitchen`, with all below it."""
    return store.page(tenant, limit=limit, cursor=cursor, category=category, available=available, q=q)


def archive(tenant: Tenant, identifier: str, *, now: datetime, if_match: int | None = None) -> None:
    """Take a product off the lists; a later put brings it back. Archiving twice changes nothing."""

    def attempt(again: bool) -> None:
        item = _existing(tenant, identifier, consistent=True)
        if if_match is not None and item.version != if_match:
            raise StaleError
        if item.is_archived:
            return
        item.archive(now)
        transaction = Transaction(tenant)
        transaction.save(item, otherwise=MovedError())
        transaction.emit(ProductArchived(product_id=identifier), store.subject_of(tenant, identifier), at=now)
        transaction.commit()

    contended(attempt)


def price_history(
    tenant: Tenant, identifier: str, *, limit: int = 25, cursor: str | None = None
) -> Page[PricePoint]:
    """The prices a product had, newest first. Raises NotFoundError."""
    _existing(tenant, identifier)
    found = store.price_events(tenant, identifier, limit=limit, cursor=cursor)
    points = []
    for item in found.items:
        data = item.data
        if item.name == "product.created":
            points.append(PricePoint(at=item.time, new=data["price"], currency=data["currency"]))
        else:
            points.append(
                PricePoint(at=item.time, old=data["old"], new=data["new"], currency=data["currency"])
            )
    return Page(points, found.next)
