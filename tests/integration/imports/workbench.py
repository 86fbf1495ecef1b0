"""A tenant with settings, a queue, a bucket, and imports that run in this process."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from regulars.customers import FACTS_SHARDS, CustomerRef, Facts, facts_of, page_of_shard, resolve
from regulars.imports.mapping import FieldSource, Mapping
from regulars.imports.model import Options, source_key
from regulars.imports.service import begin_import, start_import
from regulars.imports.targets import ImportKind
from regulars.imports.worker import OWNERS
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import Job, Turn, get_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.kernel.turns import take_turn
from regulars.platform.model import NewTenant
from regulars.platform.store import TenantItem

RETAIL: Mapping = {
    "number": FieldSource(column="invoice"),
    "placed_at": FieldSource(column="date", date_format="%Y-%m-%d %H:%M"),
    "customer_external_id": FieldSource(column="customer"),
    "product_id": FieldSource(column="stockcode"),
    "quantity": FieldSource(column="quantity"),
    "unit_price": FieldSource(column="price"),
    "country": FieldSource(column="country"),
}
RETAIL_OPTIONS = Options(refund_prefix="C", currency="GBP")


def open_shop(tenant: Tenant) -> Tenant:
    """Give a tenant settings: London, pounds, English."""
    new = NewTenant.model_validate(
        {
            "name": "Shop",
            "time_zone": "Europe/London",
            "currency": "GBP",
            "sender": {"name": "Shop", "email": "shop@shop.test"},
            "owner": {"name": "Owner", "email": "owner@shop.test"},
        }
    )
    transaction = Transaction(tenant)
    transaction.create(TenantItem.of(new.settings(tenant.id, moment()), None))
    transaction.commit()
    return tenant


def moment() -> datetime:
    return datetime.now(UTC)


def upload(tenant: Tenant, data: bytes, kind: ImportKind, format: Any = "csv") -> str:
    """An import whose file has arrived; its id."""
    begun = begin_import(tenant, kind, format, "a file", now=moment(), by="staff:test")
    S3Files(tenant).write(source_key(begun.id), data)
    return begun.id


def started(tenant: Tenant, data: bytes, kind: ImportKind, mapping: Mapping, **how: Any) -> str:
    """An import that waits for a worker; its id."""
    options = how.pop("options", Options())
    job_id = upload(tenant, data, kind, how.pop("format", "csv"))
    start_import(tenant, job_id, mapping, options, dry_run=how.pop("dry_run", False))
    return job_id


def work(
    tenant: Tenant,
    job_id: str,
    *,
    now: Callable[[], datetime] = moment,
    seconds_left: Callable[[], float] = lambda: 600.0,
) -> Job:
    """One turn of a worker."""
    take_turn(OWNERS, Turn(tenant, job_id), now=now, seconds_left=seconds_left)
    return get_job(tenant, job_id)


def retail(*rows: str) -> bytes:
    """A file as the retail one is, of these rows."""
    return (
        "customer,invoice,date,stockcode,quantity,price,country\n" + "".join(f"{row}\n" for row in rows)
    ).encode()


def all_facts(tenant: Tenant) -> list[Facts]:
    """The facts of every customer."""
    return [
        facts
        for shard in range(FACTS_SHARDS)
        for facts in page_of_shard(tenant, shard, limit=10_000, after=None).items
    ]


def totals(tenant: Tenant) -> dict[str, int]:
    """The sums over all customers."""
    facts = all_facts(tenant)
    names = ("orders", "gross", "refunds", "refunded", "spent")
    return {"customers": len(facts)} | {name: sum(getattr(one, name) for one in facts) for name in names}


def facts_by_external_id(tenant: Tenant, external_id: str) -> Facts:
    found = resolve(tenant, CustomerRef(external_id=external_id))
    assert found is not None
    facts = facts_of(tenant, found, consistent=True)
    assert facts is not None
    return facts
