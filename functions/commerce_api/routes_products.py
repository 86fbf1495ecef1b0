"""Products."""

from pydantic import ConfigDict, TypeAdapter, ValidationError

from commerce_api.schemas import (
    Outcomes,
    PricePointPage,
    ProductBatch,
    ProductPage,
    ProductsQuery,
    ProductView,
)
from regulars.commerce import products
from regulars.commerce.products import Outcome, PricePoint, Product, ProductInput
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import Code, ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("commerce_api", tag="products")
_code: TypeAdapter[str] = TypeAdapter(Code, config=ConfigDict(defer_build=True))


@routes.get("/products", permission=Permission.PRODUCTS_READ, answer=ProductPage)
def list_products(call: Call, query: ProductsQuery) -> Page[Product]:
    """List products, the newest first; archived ones are not listed."""
    return products.list_products(call.tenant, **query.model_dump())


@routes.post("/products/batch", permission=Permission.PRODUCTS_WRITE, answer=Outcomes)
def put_products(call: Call, body: ProductBatch) -> dict[str, list[Outcome]]:
    """Create or replace up to 100 products, with an outcome for each."""
    return {"items": products.put_many(call.tenant, body.products, now=call.now, once=call.once)}


@routes.get("/products/{product_id}", permission=Permission.PRODUCTS_READ, answer=ProductView)
def get_product(call: Call) -> Product:
    """Get a product."""
    return products.get(call.tenant, call.params["product_id"])


@routes.put("/products/{product_id}", permission=Permission.PRODUCTS_WRITE, answer=ProductView, errors=(412,))
def put_product(call: Call, body: ProductInput) -> Product:
    """Create or replace a product under the shop's own id."""
    try:
        identifier = _code.validate_python(call.params["product_id"])
    except ValidationError as error:
        raise InvalidError.of("product_id", "should be 1 to 100 characters without control ones") from error
    return products.put(call.tenant, identifier, body, now=call.now, if_match=call.if_match)


@routes.delete("/products/{product_id}", permission=Permission.PRODUCTS_WRITE, errors=(412,))
def archive_product(call: Call) -> None:
    """Archive a product: it leaves the lists; putting it again brings it back."""
    products.archive(call.tenant, call.params["product_id"], now=call.now, if_match=call.if_match)


@routes.get("/products/{product_id}/prices", permission=Permission.PRODUCTS_READ, answer=PricePointPage)
def list_prices(call: Call, query: ListQuery) -> Page[PricePoint]:
    """List the prices a product had, the newest first."""
    return products.price_history(
        call.tenant, call.params["product_id"], limit=query.limit, cursor=query.cursor
    )
