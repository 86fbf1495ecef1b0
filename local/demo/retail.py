"""A real year of a web shop (Online Retail, see data/README.md), moved by whole weeks so that it ends in the last week."""

import csv
import gzip
import io
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
RETAIL = DATA / "online_retail.csv.gz"
DESCRIPTIONS = DATA / "stock_descriptions.csv"
_FORM = "%Y-%m-%d %H:%M"
# The moment of the last line.
_END = datetime(2011, 12, 9, 12, 50, tzinfo=ZoneInfo("Europe/London"))

ORDER_MAPPING = {
    "number": {"column": "invoice"},
    "placed_at": {"column": "date", "date_format": _FORM},
    "customer_external_id": {"column": "customer"},
    "product_id": {"column": "stockcode"},
    "quantity": {"column": "quantity"},
    "unit_price": {"column": "price"},
    "country": {"column": "country"},
}
PRODUCT_MAPPING = {
    "id": {"column": "stockcode"},
    "name": {"column": "description"},
    "price": {"column": "price"},
}


def shift_weeks(now: datetime) -> int:
    """By how many whole weeks the file is moved so that its end lies in the week before `now`."""
    return (now - _END) // timedelta(weeks=1)


def order_lines(weeks: int) -> bytes:
    """The file, compressed, with its dates moved by `weeks`: days of the week stay what they were."""
    moved: dict[str, str] = {}
    out = io.BytesIO()
    with gzip.open(RETAIL, "rt", encoding="utf-8") as lines, gzip.open(out, "wt", compresslevel=4) as target:
        target.write(next(lines))
        for line in lines:
            customer, invoice, date, rest = line.split(",", 3)
            if date not in moved:
                moved[date] = (datetime.strptime(date, _FORM) + timedelta(weeks=weeks)).strftime(_FORM)  # noqa: DTZ007
            target.write(f"{customer},{invoice},{moved[date]},{rest}")
    return out.getvalue()


def products() -> bytes:
    """The products as CSV: code, commonest description, commonest price."""
    prices: dict[str, Counter[str]] = {}
    with gzip.open(RETAIL, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if float(row["price"]) > 0:
                prices.setdefault(row["stockcode"], Counter())[row["price"]] += 1
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["stockcode", "description", "price"])
    with DESCRIPTIONS.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            code, name = row["stockcode"], " ".join(row["Description"].split())
            counted = prices.get(code)
            price = counted.most_common(1)[0][0] if counted else "0"
            writer.writerow([code, name or code, price])
    return out.getvalue().encode()
