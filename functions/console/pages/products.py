"""Products: the list, and one product with its prices."""

from typing import Any

from console.formats import money, number
from console.lists import CSV_PAGE, Listing, partial
from console.pieces import Tile
from console.routing import Pages
from console.shell import Crumb, show
from console.tables import Badge, Badges, Cell, Column, Link, Text, When, amount, count
from console.web import Reply, Request
from regulars.commerce import products
from regulars.commerce.products import PricePoint, Product
from regulars.kernel.money import exponent
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.platform import settings_of

PAGES = Pages()
_PATH = "/console/products"
_HISTORY = 100
STOCK = (("yes", "In stock"), ("no", "Out of stock"))


def localized(text: dict[str, str], language: str) -> str:
    """A text in the tenant's language, else in any."""
    return text.get(language) or text.get(language.partition("-")[0]) or next(iter(text.values()), "")


@PAGES.get(_PATH, permission=Permission.PRODUCTS_READ)
def products_list(request: Request) -> Reply:
    listing = _listing(settings_of(request.tenant).default_language)
    if request.query.get("format") == "csv":
        return listing.csv_reply(lambda cursor: _load(request, cursor, CSV_PAGE))
    table = listing.table(_load(request, request.query.get("cursor")), request.query)
    query = {name: request.query.get(name, "") for name in ("q", "stock", "category")}
    values: dict[str, Any] = {"table": table, "query": query, "stock": STOCK}
    return partial(request, "pages/products_area.html", **values) or show(
        request, "pages/products.html", title="Products", **values
    )


def _load(request: Request, cursor: str | None, limit: int = 50) -> Page[Product]:
    query = request.query
    return products.list_products(
        request.tenant,
        limit=limit,
        cursor=cursor or None,
        q=query.get("q") or None,
        category=query.get("category") or None,
        available={"yes": True, "no": False}.get(query.get("stock", "")),
    )


def _listing(language: str) -> Listing[Product]:
    def name(product: Product) -> str:
        return localized(product.name, language)

    columns = (
        Column[Product]("name", "Product", lambda one: Link(name(one), f"{_PATH}/{one.id}")),
        Column[Product]("id", "SKU", lambda one: Text(one.id), minor=True),
        Column[Product]("category", "Category", lambda one: Text(" › ".join(one.category)), minor=True),
        Column[Product]("stock", "Stock", _stock, minor=True),
        Column[Product]("price", "Price", lambda one: amount(one.price, one.currency), end=True),
        Column[Product]("updated", "Changed", lambda one: When(one.updated_at), end=True, minor=True),
    )
    return Listing(
        "products",
        "Products",
        _PATH,
        columns,
        lambda one: one.id,
        name,
        lambda one: f"{_PATH}/{one.id}",
        "products",
    )


def _stock(product: Product) -> Cell:
    if product.stock is None:
        return Text("not counted")
    if product.stock == 0:
        return Badges((Badge("Out of stock", "warn"),))
    return count(product.stock)


@PAGES.get(f"{_PATH}/{{product_id}}", permission=Permission.PRODUCTS_READ)
def product(request: Request) -> Reply:
    found = products.get(request.tenant, request.params["product_id"])
    points = products.price_history(request.tenant, found.id, limit=_HISTORY).items
    return show(
        request,
        "pages/product.html",
        title=localized(found.name, settings_of(request.tenant).default_language),
        crumbs=(Crumb("Products", _PATH), Crumb(found.id)),
        product=found,
        byline=" › ".join([*found.category, *([found.brand] if found.brand else [])]) or f"SKU {found.id}",
        tiles=_tiles(found, points),
        prices=_chart(list(reversed(points)), found),
        table=_history(found.id).table(Page(points)),
        details=_details(found),
    )


def _tiles(found: Product, points: list[PricePoint]) -> list[Tile]:
    tiles = [Tile("Price", money(found.price, found.currency), "What it costs now.")]
    if found.list_price is not None:
        tiles.append(
            Tile("List price", money(found.list_price, found.currency), "The price before a reduction.")
        )
    stock = "—" if found.stock is None else number(found.stock)
    note = "not counted" if found.stock is None else "" if found.stock else "out of stock"
    tiles.append(Tile("Stock", stock, "As the shop last sent it.", note))
    tiles.append(Tile("Price changes", number(max(len(points) - 1, 0)), "Since the product was first sent."))
    return tiles


def _chart(points: list[PricePoint], found: Product) -> dict[str, object]:
    whole = 10 ** exponent(found.currency)
    return {
        "labels": [point.at.strftime("%-d %b %Y") for point in points],
        "series": [{"name": "Price", "values": [point.new / whole for point in points], "step": True}],
    }


def _history(product_id: str) -> Listing[PricePoint]:
    columns = (
        Column[PricePoint]("at", "When", lambda point: When(point.at)),
        Column[PricePoint]("old", "From", lambda point: amount(point.old, point.currency), end=True),
        Column[PricePoint]("new", "To", lambda point: amount(point.new, point.currency), end=True),
    )
    return Listing(
        "prices",
        "Changes of price",
        f"{_PATH}/{product_id}",
        columns,
        lambda point: "",
        lambda point: "",
        lambda point: "",
        "",
        csv=False,
    )


def _details(found: Product) -> list[tuple[str, str]]:
    rows = [("SKU", found.id), ("Brand", found.brand or ""), ("Category", " › ".join(found.category))]
    rows += [(language.upper(), text) for language, text in found.name.items()] if len(found.name) > 1 else []
    rows += [(name.replace("_", " ").capitalize(), str(value)) for name, value in found.attributes.items()]
    return [(label, value) for label, value in rows if value]
