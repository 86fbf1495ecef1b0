"""The real year of a shop as facts and histories in the table, and the same year in duckdb for plain SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from local.demo.retail import RETAIL
from regulars.commerce.orders.events import Bought, OrderPlaced
from regulars.customers import Facts, customer_subject
from regulars.customers.facts import new_item
from regulars.kernel.events import event_item
from regulars.kernel.ids import natural_id
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.segments.rules.values import moment_of

END = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)

# Sales have a positive quantity and price; refunds are the invoices that begin with C. Amounts in pence, rounded by the line.
_TABLES = """
create table lines as
    select customer, invoice, (date at time zone 'Europe/London') as placed, stockcode,
           cast(quantity as bigint) as quantity, cast(round(quantity * price * 100) as bigint) as pence, price
    from read_csv('{file}', header = true, nullstr = '',
        columns = {{'customer': 'varchar', 'invoice': 'varchar', 'date': 'timestamp', 'stockcode': 'varchar',
                    'quantity': 'integer', 'price': 'double', 'country': 'varchar'}})
    where customer is not null;
create table orders as
    select any_value(customer) as customer, invoice, min(placed) as placed, sum(pence) as pence
    from lines where quantity > 0 and price > 0 and not starts_with(invoice, 'C') group by invoice;
create table refunds as
    select any_value(customer) as customer, invoice, min(placed) as placed, -sum(pence) as pence
    from lines where starts_with(invoice, 'C') group by invoice;
"""


@dataclass(frozen=True)
class Sale:
    invoice: str
    at: datetime
    pence: int


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory with `orders` and `refunds`: customer, invoice, placed, pence."""
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    database.execute(_TABLES.format(file=RETAIL))
    return database


def customer_id(tenant: Tenant, customer: str) -> str:
    return natural_id("cus", END, tenant.id, customer)


def load(tenant: Tenant, database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Write every customer's facts and order events; the ids by the file's customer number."""
    sales, refunds = _sales(database, "orders"), _sales(database, "refunds")
    ids = {customer: customer_id(tenant, customer) for customer in sorted({*sales, *refunds})}
    items: list[Item] = []
    for customer, identifier in ids.items():
        items.append(new_item(_facts(tenant, identifier, customer, sales[customer], refunds[customer])))
        items += _events(tenant, identifier, sales[customer])
    put(items)
    return ids


def _sales(database: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[Sale]]:
    found: dict[str, list[Sale]] = defaultdict(list)
    rows = database.execute(
        f"select customer, invoice, epoch_ms(placed), pence from {table} order by placed, invoice"
    )
    for customer, invoice, placed, pence in rows.fetchall():
        found[customer].append(Sale(invoice, moment_of(placed), pence))
    return found


def _facts(tenant: Tenant, identifier: str, customer: str, sales: list[Sale], refunds: list[Sale]) -> Facts:
    gross, refunded = sum(one.pence for one in sales), sum(one.pence for one in refunds)
    moments = [one.at for one in sales]
    return Facts(
        tenant,
        identifier,
        status="active",
        external_id=customer,
        created_at=min(one.at for one in [*sales, *refunds]),
        currency="GBP",
        orders=len(sales),
        gross=gross,
        refunds=len(refunds),
        refunded=refunded,
        spent=gross - refunded,
        first_order_at=min(moments, default=None),
        last_order_at=max(moments, default=None),
        last_activity_at=max(moments, default=None),
        counts={"order.placed": len(sales)} if sales else {},
        seen={"order.placed": max(moments).isoformat()} if sales else {},
    )


def _events(tenant: Tenant, identifier: str, sales: list[Sale]) -> Iterator[Item]:
    subject = customer_subject(tenant, identifier)
    for nth, sale in enumerate(sales, start=1):
        bought = Bought(product_id="all", quantity=1, total=sale.pence)
        event = OrderPlaced(
            order_id=sale.invoice,
            number=sale.invoice,
            total=sale.pence,
            currency="GBP",
            lines=[bought],
            nth=nth,
        )
        yield event_item(tenant, event, subject, at=sale.at, history=True)


def put(items: Iterable[Item]) -> None:
    """Write items as they are, 25 at a time."""
    every = list(items)
    for start in range(0, len(every), 25):
        with Item.batch_write() as batch:
            for item in every[start : start + 25]:
                batch.save(item)
