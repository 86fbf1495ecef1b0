"""Order lines of a shop's past become orders, refunds and customers."""

from datetime import UTC, datetime

from regulars.commerce import orders
from regulars.customers import CustomerRef, facts_of, resolve
from regulars.imports.model import Options
from regulars.imports.targets import ImportKind
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import State
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import (
    RETAIL,
    RETAIL_OPTIONS,
    facts_by_external_id,
    retail,
    started,
    totals,
    work,
)


def test_consecutive_lines_of_one_number_are_one_order(shop: Tenant) -> None:
    # given a file of two orders, one of them of two lines with a price in thousandths
    data = retail(
        "1,A1,2011-07-01 09:30,S1,3,0.005,United Kingdom",
        "1,A1,2011-07-01 09:30,S2,1,2.50,United Kingdom",
        "2,A2,2011-12-01 10:00,S1,1,1,EIRE",
    )
    # when it is imported
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    # then each line is rounded half up to the penny, and moments are read in the tenant's zone
    assert job.state is State.SUCCEEDED
    assert job.counts == {
        "read": 3,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
        "orders": 2,
        "customers": 2,
    }
    first = orders.by_number(shop, "A1")
    assert first is not None
    assert [line.total for line in first.lines] == [2, 250]
    assert first.placed_at == datetime(2011, 7, 1, 8, 30, tzinfo=UTC)
    assert facts_by_external_id(shop, "2").country == "IE"


def test_a_number_with_the_refund_prefix_is_a_refund(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,4,2.50,France", "1,CA1,2011-07-02 09:30,S1,-1,2.50,France")
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    assert (job.counts["orders"], job.counts["refunds"]) == (1, 1)
    facts = facts_by_external_id(shop, "1")
    assert (facts.gross, facts.refunded, facts.spent, facts.orders, facts.refunds) == (1000, 250, 750, 1, 1)


def test_lines_without_a_customer_go_to_the_error_file(shop: Tenant) -> None:
    # given an order whose lines are interrupted by lines that name nobody
    data = retail(
        "1,A1,2011-07-01 09:30,S1,1,2,France",
        ",A9,2011-07-01 09:30,=SUM(A1),1,-2.50,France",
        "1,A1,2011-07-01 09:30,S2,1,3,France",
    )
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    # then the order is whole, and the file names the line, the field and the reason, with no formula in it
    assert (job.counts["orders"], job.counts["refused"]) == (1, 1)
    order = orders.by_number(shop, "A1")
    assert order is not None
    assert order.total == 500
    written = b"".join(S3Files(shop).read(job.files["errors"])).decode("utf-8-sig").splitlines()
    assert written[0].startswith("line,field,reason,customer,invoice")
    assert written[1:] == ["3,customer,has no customer,,A9,2011-07-01 09:30,'=SUM(A1),1,-2.50,France"]


def test_lines_of_one_order_far_apart_are_one_order(shop: Tenant) -> None:
    # given an order that comes in two groups, with more than a chunk between them
    between = [f"2,B{n},2011-07-01 10:00,S1,1,1,France" for n in range(450)]
    data = retail("1,A1,2011-07-01 09:30,S1,1,2,France", *between, "1,A1,2011-07-01 09:31,S2,2,3,France")
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    assert (job.counts["orders"], job.counts["appended"]) == (451, 1)
    facts = facts_by_external_id(shop, "1")
    assert (facts.orders, facts.gross) == (1, 800)


def test_the_same_file_again_changes_nothing(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,4,2.50,France", "1,CA1,2011-07-02 09:30,S1,-1,2.50,France")
    work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    before = totals(shop)
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    assert (job.counts["created"], job.counts["unchanged"]) == (0, 2)
    assert totals(shop) == before


def test_a_dry_run_writes_nothing_and_may_be_followed_by_the_real_one(shop: Tenant) -> None:
    from regulars.imports.service import start_import

    data = retail("1,A1,2011-07-01 09:30,S1,4,2.50,France", ",A2,2011-07-02 09:30,S1,1,2.50,France")
    job_id = started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS, dry_run=True)
    dry = work(shop, job_id)
    assert (dry.state, dry.counts["orders"], dry.counts["refused"]) == (State.SUCCEEDED, 1, 1)
    assert totals(shop)["customers"] == 0
    assert orders.by_number(shop, "A1") is None
    start_import(shop, job_id, RETAIL, RETAIL_OPTIONS, dry_run=False)
    real = work(shop, job_id)
    assert real.counts == dry.counts
    assert totals(shop) == {
        "customers": 1,
        "orders": 1,
        "gross": 1000,
        "refunds": 0,
        "refunded": 0,
        "spent": 1000,
    }


def test_an_order_that_names_two_customers_is_refused_whole(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,1,2,France", "2,A1,2011-07-01 09:30,S1,1,2,France")
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS))
    assert (job.counts["refused"], job.counts["created"]) == (2, 0)


def test_unknown_customers_are_refused_when_none_may_be_created(shop: Tenant) -> None:
    data = retail("1,A1,2011-07-01 09:30,S1,1,2,France")
    options = Options(refund_prefix="C", create_customers=False)
    job = work(shop, started(shop, data, ImportKind.ORDER_LINES, RETAIL, options=options))
    assert (job.counts["refused"], job.counts["created"]) == (1, 0)
    assert resolve(shop, CustomerRef(external_id="1")) is None


def test_orders_of_json_lines_have_their_lines_or_a_total(shop: Tenant) -> None:
    from regulars.imports.mapping import FieldSource

    data = (
        b'{"number": "J1", "placed_at": "2026-01-01T10:00:00Z", "customer": {"email": "A@x.test"},'
        b' "lines": [{"product_id": "S1", "quantity": 2, "unit_price": 1.25}]}\n'
        b'{"number": "J2", "placed_at": "2026-01-02T10:00:00Z", "customer": {"email": " a@x.test "}, "total": "3.10"}\n'
        b"not json\n"
    )
    mapping = {
        "number": FieldSource(column="number"),
        "placed_at": FieldSource(column="placed_at"),
        "customer_email": FieldSource(column="customer.email"),
        "lines": FieldSource(column="lines"),
        "total": FieldSource(column="total"),
    }
    job = work(shop, started(shop, data, ImportKind.ORDERS, mapping, format="jsonl"))
    assert (job.counts["orders"], job.counts["customers"], job.counts["refused"]) == (2, 1, 1)
    found = resolve(shop, CustomerRef(email="a@x.test"))
    assert found is not None
    facts = facts_of(shop, found, consistent=True)
    assert facts is not None
    assert facts.gross == 560
