"""What each kind of import can fill, how each field is read, and which column probably means it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ImportKind(StrEnum):
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    ORDERS = "orders"
    ORDER_LINES = "order_lines"
    EVENTS = "events"
    CONSENTS = "consents"
    SUPPRESSIONS = "suppressions"


class Reads(StrEnum):
    """How a cell is read: as text, a moment, a day, a whole number, a decimal amount, a list, or JSON."""

    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    INTEGER = "integer"
    AMOUNT = "amount"
    LIST = "list"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can fill. `names` are what such columns are usually called."""

    name: str
    reads: Reads = Reads.TEXT
    required: bool = False
    names: tuple[str, ...] = ()


_CUSTOMER = (
    Target("customer_external_id", names=("customer", "customerid", "customernumber", "clientid", "userid")),
    Target("customer_email", names=("email", "emailaddress", "mail")),
    Target("customer_id"),
)
_CURRENCY = Target("currency", names=("currencycode",))
TARGETS: dict[ImportKind, tuple[Target, ...]] = {
    ImportKind.CUSTOMERS: (
        Target("external_id", names=("id", "customer", "customerid", "customernumber", "clientid")),
        Target("email", names=("emailaddress", "mail")),
        Target("phone", names=("phonenumber", "mobile", "telephone", "tel")),
        Target("name", names=("fullname", "displayname")),
        Target("first_name", names=("firstname", "givenname", "forename")),
        Target("last_name", names=("lastname", "surname", "familyname")),
        Target("language", names=("lang", "locale")),
        Target("time_zone", names=("timezone",)),
        Target("date_of_birth", Reads.DAY, names=("birthday", "birthdate", "dob", "dateofbirth")),
        Target("street", names=("address", "addressline1", "street1")),
        Target("city", names=("town",)),
        Target("postcode", names=("zip", "zipcode", "postalcode")),
        Target("region", names=("state", "province", "county")),
        Target("country", names=("countrycode",)),
        Target("status"),
        Target("tags", Reads.LIST, names=("labels",)),
    ),
    ImportKind.PRODUCTS: (
        Target("id", required=True, names=("sku", "productid", "stockcode", "code", "articlenumber")),
        Target("name", required=True, names=("title", "description", "productname")),
        Target("price", Reads.AMOUNT, names=("unitprice", "saleprice")),
        _CURRENCY,
        Target("list_price", Reads.AMOUNT, names=("rrp", "msrp", "compareatprice")),
        Target("category", Reads.LIST, names=("categories", "productcategory")),
        Target("brand", names=("vendor", "manufacturer")),
        Target("stock", Reads.INTEGER, names=("quantity", "inventory", "stocklevel")),
        Target("image", names=("imageurl", "imagelink", "picture")),
        Target("url", names=("link", "producturl")),
    ),
    ImportKind.ORDERS: (
        Target("number", required=True, names=("order", "ordernumber", "orderid", "invoice", "invoiceno")),
        Target("placed_at", Reads.MOMENT, True, ("date", "createdat", "orderdate", "invoicedate")),
        *_CUSTOMER,
        Target("total", Reads.AMOUNT, names=("amount", "ordertotal", "grandtotal")),
        _CURRENCY,
        Target("country", names=("countrycode",)),
        Target("lines", Reads.JSON, names=("items", "lineitems")),
    ),
    ImportKind.ORDER_LINES: (
        Target("number", required=True, names=("order", "ordernumber", "orderid", "invoice", "invoiceno")),
        Target("placed_at", Reads.MOMENT, True, ("date", "createdat", "orderdate", "invoicedate")),
        *_CUSTOMER,
        Target("product_id", required=True, names=("sku", "productid", "stockcode", "code", "articlenumber")),
        Target("description", names=("name", "title", "productname")),
        Target("quantity", Reads.INTEGER, True, ("qty", "units")),
        Target("unit_price", Reads.AMOUNT, True, ("price", "unitprice", "amount")),
        _CURRENCY,
        Target("country", names=("countrycode",)),
    ),
    ImportKind.EVENTS: (
        Target("kind", required=True, names=("event", "eventname", "type", "name")),
        Target("at", Reads.MOMENT, True, ("date", "time", "timestamp", "occurredat")),
        *_CUSTOMER,
        Target("anonymous_id", names=("visitorid", "deviceid", "cookieid")),
        Target("id", names=("eventid", "messageid")),
        Target("properties", Reads.JSON, names=("data", "payload", "attributes")),
    ),
    ImportKind.CONSENTS: (
        *_CUSTOMER,
        Target("channel", names=("medium",)),
        Target(
            "state", required=True, names=("consent", "status", "subscribed", "optin", "acceptsmarketing")
        ),
        Target("at", Reads.MOMENT, names=("date", "consentat", "consentedat", "optintime", "confirmtime")),
        Target("source", names=("origin", "form", "optinsource")),
        Target("text", names=("wording", "textversion", "consenttext")),
    ),
    ImportKind.SUPPRESSIONS: (
        Target("email", names=("emailaddress", "mail", "address", "recipient")),
        Target("phone", names=("phonenumber", "mobile", "telephone", "tel")),
        Target("reason", names=("type", "cause", "status")),
        Target("at", Reads.MOMENT, names=("date", "createdat", "suppressedat", "bouncedat")),
        Target("detail", names=("note", "comment", "description", "diagnostic")),
    ),
}

_NOT_LETTERS = re.compile(r"[^a-z0-9]")


def target(kind: ImportKind, name: str) -> Target | None:
    """The target field of that name; customers also take `attributes.<name>`."""
    if kind is ImportKind.CUSTOMERS and re.fullmatch(r"attributes\.[a-z][a-z0-9_]{0,39}", name):
        return Target(name)
    return next((each for each in TARGETS[kind] if each.name == name), None)


def guess(kind: ImportKind, columns: Iterable[str]) -> dict[str, str]:
    """Which column probably fills which field: exact names first, then what such columns are usually called."""
    by_letters = {_letters(column): column for column in reversed(list(columns))}
    found: dict[str, str] = {}
    for exact in (True, False):
        for each in TARGETS[kind]:
            names = (each.name,) if exact else each.names
            column = next((by_letters[_letters(n)] for n in names if _letters(n) in by_letters), None)
            if column is not None and each.name not in found and column not in found.values():
                found[each.name] = column
    return found


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", name.lower())
