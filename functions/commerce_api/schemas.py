"""What the function takes in queries and shows in answers."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from regulars.commerce.orders import Status
from regulars.commerce.products import ProductRow
from regulars.kernel.http.models import Code, Input, Line, ListQuery, Moment, View, page_model


class ProductsQuery(ListQuery):
    category: Line | None = Field(
        None, description="A category path such as `Home > Kitchen`, with all below"
    )
    available: bool | None = Field(None, description="Only what can be bought, or only what cannot")
    q: Line | None = Field(None, description="Words that occur in id, name or brand")


class ProductBatch(Input):
    products: list[ProductRow] = Field(min_length=1, max_length=100)


class ProductView(View):
    """A product; amounts in minor units of `currency`."""

    id: str
    name: dict[str, str]
    price: int
    currency: str
    list_price: int | None
    category: list[str]
    brand: str | None
    stock: int | None
    available: bool
    image: str | None
    url: str | None
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class OutcomeView(View):
    """What became of a row: created, updated, unchanged, or refused with a reason."""

    id: str
    result: str
    reason: str | None


class Outcomes(View):
    items: list[OutcomeView]


class PricePointView(View):
    """A price from `at` on; `old` is null for the first one."""

    at: datetime
    old: int | None
    new: int
    currency: str


class OrdersQuery(ListQuery):
    customer_id: Code | None = Field(None, description="Only this customer's")
    number: Code | None = Field(None, description="Only the one with this number")
    status: Status | None = None
    since: Moment | None = Field(None, alias="from", description="Placed at this moment or later")
    until: Moment | None = Field(None, alias="to", description="Placed before this moment")


class CustomerOrdersQuery(ListQuery):
    status: Status | None = None
    since: Moment | None = Field(None, alias="from", description="Placed at this moment or later")
    until: Moment | None = Field(None, alias="to", description="Placed before this moment")


class LineView(View):
    product_id: str
    name: str | None
    quantity: int
    unit_price: int
    total: int
    configuration: dict[str, str] | None


class StatusEntryView(View):
    status: Status
    at: datetime


class OrderRefundView(View):
    number: str
    amount: int
    at: datetime
    reason: str | None


class OrderView(View):
    """An order; amounts in minor units of `currency`."""

    id: str
    number: str
    customer_id: str
    status: Status
    currency: str
    lines: list[LineView]
    discount: int
    shipping: int
    tax: int
    total: int
    refunded: int
    placed_at: datetime
    timeline: list[StatusEntryView]
    refunds: list[OrderRefundView]
    channel: str | None
    payment_method: str | None
    delivery_method: str | None
    coupon: str | None
    note: str | None
    cart_id: str | None
    updated_at: datetime


class RefundView(View):
    """A refund whose order is not known."""

    id: str
    number: str
    customer_id: str
    currency: str
    amount: int
    refunded_at: datetime
    reason: str | None


class CartView(View):
    """A cart; `abandons_at` is when it will count as abandoned."""

    id: str
    customer_id: str
    currency: str
    lines: list[LineView]
    items: int
    total: int
    created_at: datetime
    updated_at: datetime
    abandons_at: datetime | None
    abandoned_at: datetime | None


class HadView(View):
    product_id: str | None
    name: str
    quantity: int


class VisitView(View):
    id: str
    customer_id: str
    visited_at: datetime
    location: str | None
    party_size: int
    seating: str | None
    items: list[HadView]
    currency: str | None
    spend: int | None
    order_number: str | None


ProductPage: type[BaseModel] = page_model(ProductView)
PricePointPage: type[BaseModel] = page_model(PricePointView)
OrderPage: type[BaseModel] = page_model(OrderView)
RefundPage: type[BaseModel] = page_model(RefundView)
VisitPage: type[BaseModel] = page_model(VisitView)
