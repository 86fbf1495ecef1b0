"""The figures of the retail file follow from the grouping rules alone: no table, no queue, no network."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from local.demo.retail import ORDER_MAPPING, RETAIL, order_lines, shift_weeks
from regulars.imports.chunks import Chunk, chunks
from regulars.imports.lines import Source, lines
from regulars.imports.loaders.buyers import Buyers
from regulars.imports.loaders.orders import OrderLoader, Sale
from regulars.imports.mapping import FieldSource, compile_mapping
from regulars.imports.records import csv_records
from regulars.imports.targets import ImportKind
from regulars.kernel.tenancy import Tenant

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TENANT = Tenant("ten_" + "0" * 25 + "1")


def pieces() -> Iterator[bytes]:
    with RETAIL.open("rb") as file:
        while piece := file.read(16 * 1024):
            yield piece


def test_the_retail_file_comes_to_its_known_figures_in_flat_memory() -> None:
    # given the file as the import reads it
    records = csv_records(lines(Source(pieces())), ",")
    columns = next(records).cells
    mapping = {name: FieldSource.model_validate(source) for name, source in ORDER_MAPPING.items()}
    read = compile_mapping(ImportKind.ORDER_LINES, mapping, columns, ZoneInfo("Europe/London"))
    buyers = Buyers(TENANT, "job_1", create_missing=True, now=NOW)
    loader = OrderLoader(TENANT, "job_1", buyers, "GBP", "C", NOW)
    found: Counter[str] = Counter()
    numbers: set[str] = set()
    customers: set[str] = set()
    one: Counter[str] = Counter()

    def take(chunk: Chunk) -> None:
        units, refusals = loader.prepare(chunk)
        found["refused"] += len(chunk.refusals) + len(refusals)
        found["read"] += chunk.read
        for unit in units:
            sale: Sale = unit.work
            customers.add(sale.buyer[1])
            total = sum(line.amount for line in sale.lines) or -sale.refund
            found["gross" if not sale.refund else "refunded"] += total
            if sale.number not in numbers:
                numbers.add(sale.number)
                found["refunds" if sale.refund else "orders"] += 1
                one["refunds" if sale.refund else "orders"] += sale.buyer[1] == "14646"
            one["net"] += total if sale.buyer[1] == "14646" else 0

    # when its lines are grouped
    peak = 0
    for chunk in chunks(records, read, loader.key_of, number=0, end=0, line=1):
        take(chunk)
        # Tracing is slow, so three chunks in the middle stand for all.
        if chunk.number == 60:
            tracemalloc.start()
        if chunk.number == 63:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    # then
    assert found == {
        "read": 541_909,
        "refused": 135_080,
        "orders": 18_536,
        "refunds": 3_654,
        "gross": 891_140_790,
        "refunded": -61_134_209,
    }
    assert len(customers) == 4_372
    assert one == {"net": 27_948_902, "orders": 74, "refunds": 3}
    assert 0 < peak < 32 * 1024 * 1024


def test_the_demo_moves_dates_by_whole_weeks_into_the_last_one() -> None:
    weeks = shift_weeks(NOW)
    data = Source([order_lines(weeks)])
    last = list(lines(data))[-1].text or ""
    moved = datetime.strptime(last.split(",")[2], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/London"))
    assert 0 <= (NOW - moved).total_seconds() < 7 * 24 * 3600
    assert moved.weekday() == 4
