"""What an import did can be taken back; what others did since stays and is named."""

from datetime import timedelta

import pytest

from regulars import customers
from regulars.commerce import orders, products
from regulars.commerce.orders import StatusChange
from regulars.commerce.products import ProductInput
from regulars.customers import CustomerRef, Profile, resolve
from regulars.imports.mapping import FieldSource
from regulars.imports.steering import undo_job
from regulars.imports.targets import ImportKind
from regulars.kernel.errors import ConflictError, GoneError
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import Job, State
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import RETAIL, RETAIL_OPTIONS, moment, retail, started, totals, work

PEOPLE = {name: FieldSource(column=name) for name in ("email", "first_name", "last_name")}


def undone(tenant: Tenant, job_id: str) -> Job:
    undo_job(tenant, job_id, now=moment())
    return work(tenant, job_id)


def kept(tenant: Tenant, job: Job) -> list[str]:
    return b"".join(S3Files(tenant).read(job.files["result"])).decode("utf-8-sig").splitlines()[1:]


def test_orders_refunds_and_customers_go_and_totals_return(shop: Tenant) -> None:
    # given a customer who had an order before the import
    before = work(
        shop,
        started(shop, retail("1,A0,2011-06-01 09:30,S1,1,5,France"), ImportKind.ORDER_LINES, RETAIL),
    )
    assert before.state is State.SUCCEEDED
    sums = totals(shop)
    data = retail(
        "1,A1,2011-07-01 09:30,S1,4,2.50,France",
        "2,A2,2011-07-01 09:30,S1,1,2.50,France",
        "1,CA1,2011-07-02 09:30,S1,-1,2.50,France",
    )
    job_id = started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS)
    work(shop, job_id)
    # when the import is undone
    job = undone(shop, job_id)
    # then only what was there before is left
    assert (job.state, job.percent) == (State.UNDONE, 100)
    assert (job.counts["removed"], job.counts.get("kept", 0)) == (4, 0)
    assert totals(shop) == sums
    assert orders.by_number(shop, "A1") is None
    assert orders.by_number(shop, "A0") is not None


def test_what_others_changed_stays_and_is_named(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,4,2.50,France", "2,A2,2011-07-01 09:30,S1,1,2.50,France")
    job_id = started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS)
    work(shop, job_id)
    order = orders.by_number(shop, "A1")
    assert order is not None
    orders.set_status(shop, order.id, StatusChange(status="shipped"), now=moment())
    job = undone(shop, job_id)
    assert (job.counts["removed"], job.counts["kept"]) == (2, 2)
    assert [line.split(",")[:2] for line in kept(shop, job)] == [["order", "A1"], ["customer", "1"]]
    assert totals(shop)["orders"] == 1


def test_changed_customers_get_their_previous_values_field_by_field(shop: Tenant) -> None:
    # given two known customers, and one that the import creates
    ada = customers.create(shop, Profile(email="ada@x.test", first_name="A", last_name="K"), now=moment()).id
    bob = customers.create(shop, Profile(email="bob@x.test", first_name="B"), now=moment()).id
    data = b"email,first_name,last_name\nada@x.test,Ada,King\nbob@x.test,Bob,\nnew@x.test,New,\n"
    job_id = started(shop, data, ImportKind.CUSTOMERS, PEOPLE)
    work(shop, job_id)
    created = resolve(shop, CustomerRef(email="new@x.test"))
    assert created is not None
    # and somebody changes one of the imported fields afterwards
    customers.patch(shop, ada, {"first_name": "Augusta"}, now=moment())
    # when the import is undone
    job = undone(shop, job_id)
    # then the later change stays and is named, and the rest is as before
    assert (job.counts["restored"], job.counts["removed"], job.counts["kept"]) == (1, 1, 1)
    profile = customers.get(shop, ada).profile
    assert (profile.first_name, profile.last_name) == ("Augusta", "K")
    assert customers.get(shop, bob).profile.first_name == "B"
    with pytest.raises(GoneError):
        customers.get(shop, created)
    assert kept(shop, job) == [f"customer,{ada},changed since: first_name"]


def test_products_return_to_what_they_were(shop: Tenant) -> None:
    mapping = {name: FieldSource(column=name) for name in ("id", "name", "price")}
    work(shop, started(shop, b"id,name,price\nS1,Mug,1\nS3,Tin,3\n", ImportKind.PRODUCTS, mapping))
    data = b"id,name,price\nS1,Mug,2\nS2,Tray,2\nS3,Tin,3\n"
    job_id = started(shop, data, ImportKind.PRODUCTS, mapping)
    work(shop, job_id)
    job = undone(shop, job_id)
    assert (job.counts["restored"], job.counts["removed"], job.counts.get("kept", 0)) == (1, 1, 0)
    assert products.get(shop, "S1").price == 100
    assert products.get(shop, "S3").price == 300
    assert products.get(shop, "S2").archived_at is not None


def test_a_product_that_others_changed_keeps_that_and_is_named(shop: Tenant) -> None:
    mapping = {name: FieldSource(column=name) for name in ("id", "name", "price")}
    work(shop, started(shop, b"id,name,price\nS1,Mug,1\n", ImportKind.PRODUCTS, mapping))
    job_id = started(shop, b"id,name,price\nS1,Cup,2\n", ImportKind.PRODUCTS, mapping)
    work(shop, job_id)
    mug = products.get(shop, "S1")
    given = ProductInput(name=mug.name, price=999, currency="GBP")
    products.put(shop, "S1", given, now=moment())
    job = undone(shop, job_id)
    assert kept(shop, job) == ["product,S1,changed since: price"]
    mug = products.get(shop, "S1")
    assert (mug.price, mug.name) == (999, {"en": "Mug"})


def test_an_import_cannot_be_undone_after_a_week_nor_twice(shop: Tenant) -> None:
    job_id = started(shop, retail("1,A1,2011-07-01 09:30,S1,4,2,France"), ImportKind.ORDER_LINES, RETAIL)
    work(shop, job_id)
    with pytest.raises(ConflictError, match="7 days"):
        undo_job(shop, job_id, now=moment() + timedelta(days=7, minutes=1))
    undone(shop, job_id)
    with pytest.raises(ConflictError):
        undo_job(shop, job_id, now=moment())


def test_a_dry_run_has_nothing_to_undo(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,4,2,France")
    job_id = started(shop, data, ImportKind.ORDER_LINES, RETAIL, dry_run=True)
    work(shop, job_id)
    with pytest.raises(ConflictError):
        undo_job(shop, job_id, now=moment())
