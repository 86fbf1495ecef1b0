"""How each kind of import is taken back."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from regulars.commerce import orders, products
from regulars.commerce.products import Product, ProductInput
from regulars.customers import Profile, get, remove_created
from regulars.customers import change as change_customer
from regulars.imports.loaders.customers import created_id
from regulars.imports.loaders.products import described
from regulars.imports.loaders.steps import CHANGED, NOT_OURS, Left, Step
from regulars.imports.loaders.taking_back_wishes import steps_of_consents, steps_of_suppressions
from regulars.imports.store import Plan
from regulars.imports.targets import ImportKind
from regulars.kernel.errors import ConflictError, GoneError, NotFoundError, StaleError
from regulars.kernel.tenancy import Tenant


def steps_of(
    tenant: Tenant, job_id: str, kind: ImportKind, plan: Plan, now: datetime
) -> Iterator[list[Step]]:
    """Groups of steps; those of one group may be done at the same time."""
    if kind is ImportKind.CUSTOMERS:
        ids = [created_id(tenant, job_id, line) for line in plan["rows"]]
        yield [Step("customer", each, partial(_customer, tenant, each, job_id, now)) for each in ids]
    elif kind is ImportKind.PRODUCTS:
        yield [
            Step("product", each, partial(_product, tenant, each, change, now), removes=change is None)
            for each, change in plan["products"].items()
            if change is None or change
        ]
    elif kind is ImportKind.SUPPRESSIONS:
        yield from steps_of_suppressions(tenant, job_id, plan, now)
    elif kind is ImportKind.CONSENTS:
        yield from steps_of_consents(tenant, job_id, plan, now)
        yield from _customers(tenant, job_id, plan, now)
    else:
        yield from _sales(tenant, job_id, plan, now)


def _sales(tenant: Tenant, job_id: str, plan: Plan, now: datetime) -> Iterator[list[Step]]:
    yield [
        Step("order", number, partial(_order, tenant, number, line, job_id, now), lane=buyer)
        for number, line, buyer in plan["orders"]
    ]
    yield [
        Step("refund", refund_id, partial(_refund, tenant, refund_id, job_id, now), lane=buyer)
        for refund_id, buyer in plan["refunds"]
    ]
    yield from _customers(tenant, job_id, plan, now)


def _customers(tenant: Tenant, job_id: str, plan: Plan, now: datetime) -> Iterator[list[Step]]:
    yield [
        Step("customer", name, partial(_customer, tenant, created_id(tenant, job_id, line), job_id, now))
        for _, name, line, *_ in plan["customers"]
    ]


def _order(tenant: Tenant, number: str, line: int, job_id: str, now: datetime) -> Left:
    order = orders.by_number(tenant, number)
    if order is None:
        return None
    # Further lines of an order go with it, when its first ones do.
    if order.origin is None or order.origin.job != job_id or order.origin.rows[0] != line:
        return NOT_OURS
    try:
        orders.remove_imported(tenant, order.id, job_id, now=now)
    except ConflictError as error:
        return error.detail
    return None


def _refund(tenant: Tenant, refund_id: str, job_id: str, now: datetime) -> Left:
    try:
        refund = orders.get_refund(tenant, refund_id)
    except NotFoundError:
        return None
    if refund.origin is None or refund.origin.job != job_id:
        return NOT_OURS
    orders.remove_refund(tenant, refund_id, job_id, now=now)
    return None


def _customer(tenant: Tenant, customer_id: str, job_id: str, now: datetime) -> Left:
    try:
        get(tenant, customer_id)
    except GoneError:
        return None
    except NotFoundError:
        return NOT_OURS
    if remove_created(tenant, customer_id, job_id, now=now):
        return None
    return "others have changed it since, or orders or refunds of others count for it"


def _product(tenant: Tenant, identifier: str, change: dict[str, list[Any]] | None, now: datetime) -> Left:
    try:
        product = products.get(tenant, identifier)
        if change is not None:
            return _restore_product(tenant, product, change, now)
        if product.archived_at is not None:
            return None
        if product.version != 1:
            return CHANGED
        products.archive(tenant, identifier, now=now, if_match=product.version)
    except NotFoundError:
        return NOT_OURS
    except StaleError:
        return CHANGED
    return None


def _restore_product(tenant: Tenant, product: Product, change: dict[str, list[Any]], now: datetime) -> Left:
    values = described(product)
    kept = sorted(name for name, images in change.items() if values[name] not in images)
    values |= {name: before for name, (before, _) in change.items() if name not in kept}
    given = ProductInput.model_validate(values, strict=False)
    products.put(tenant, product.id, given, now=now, if_match=product.version)
    return f"changed since: {', '.join(kept)}" if kept else None


def restore_customer(
    tenant: Tenant, customer_id: str, before: dict[str, Any], after: dict[str, Any], now: datetime
) -> Left:
    """Each field that the import changed gets its previous value back, unless somebody has changed it since."""
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    kept: list[str] = []

    def decide(present: Profile) -> Profile:
        values = present.stored()
        kept[:] = [name for name in changed if values.get(name) not in (after.get(name), before.get(name))]
        for name in changed:
            if name not in kept:
                values.pop(name, None)
                values |= {name: before[name]} if name in before else {}
        return Profile.of_stored(values)

    try:
        change_customer(tenant, customer_id, decide, now=now, history=True)
    except (GoneError, NotFoundError):
        return "the customer has been deleted since"
    return f"changed since: {', '.join(sorted(kept))}" if kept else None
