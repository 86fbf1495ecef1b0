"""What the operations on customers take and answer with."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from regulars.customers import AttributeSchema, Customer, Facts, Filter, Profile, Upserted
from regulars.customers.fields import Country, Gender, Handle, Status, Tag
from regulars.kernel.http.models import Code, Input, Line, ListQuery, Moment, View, page_model


class AddressView(View):
    type: str
    default: bool = False
    name: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class CustomerView(View):
    """A customer. Money in minor units of `currency`; the fields from `currency` on are derived and cannot be written."""

    id: str
    name: str | None = Field(None, description="As given, else first and last name")
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = Field(None, description="The primary address")
    emails: list[str] = []
    phone: str | None = Field(None, description="E.164")
    date_of_birth: date | None = None
    gender: Gender | None = None
    language: str | None = None
    time_zone: str | None = None
    addresses: list[AddressView] = []
    avatar_url: str | None = None
    social: dict[str, str] = {}
    preferences: dict[str, Any] = {}
    tags: list[str] = []
    source: str | None = None
    external_ids: list[str] = []
    attributes: dict[str, Any] = {}
    status: Status
    status_reason: str | None = None
    created_at: datetime
    updated_at: datetime
    version: int
    currency: str | None = None
    total_orders: int
    total_spent: int = Field(description="Orders less refunds")
    gross_spent: int
    total_refunds: int
    total_refunded: int
    average_order_value: int | None
    lifetime_value: int = Field(description="What was spent so far")
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    last_activity_at: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        return shown(value) if isinstance(value, Customer) else value


class UpsertedView(CustomerView):
    created: bool = Field(description="Whether the customer is new")

    @model_validator(mode="before")
    @classmethod
    def _of_upserted(cls, value: Any) -> Any:
        if isinstance(value, Upserted):
            return shown(value.customer) | {"created": value.created}
        return value


def shown(customer: Customer) -> dict[str, Any]:
    """A customer as the fields of its view."""
    profile = customer.profile
    written = {name: getattr(profile, name) for name in Profile.model_fields} | {"name": profile.display_name}
    known = {
        name: getattr(customer, name)
        for name in ("id", "version", "created_at", "updated_at", "status_reason")
    }
    return written | known | _derived(customer.facts)


def _derived(facts: Facts) -> dict[str, Any]:
    return {
        "currency": facts.currency,
        "total_orders": facts.orders,
        "total_spent": facts.spent,
        "gross_spent": facts.gross,
        "total_refunds": facts.refunds,
        "total_refunded": facts.refunded,
        "average_order_value": facts.average_order,
        "lifetime_value": facts.spent,
        "first_purchase_at": facts.first_order_at,
        "last_purchase_at": facts.last_order_at,
        "last_activity_at": facts.last_activity_at,
    }


class CustomerRowView(View):
    """A customer in a list."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    status: Status
    tags: list[str]
    country: str | None
    city: str | None
    language: str | None
    source: str | None
    created_at: datetime
    currency: str | None
    total_orders: int
    total_spent: int
    average_order_value: int | None
    last_purchase_at: datetime | None
    last_activity_at: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, Facts):
            return value
        row = {name: getattr(value, name) for name in _ROW}
        return row | {"id": value.customer_id, "tags": sorted(value.tags)} | _derived(value)


_ROW = ("name", "email", "phone", "status", "country", "city", "language", "source", "created_at")

CustomerPage = page_model(CustomerRowView)

Search = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Spent = Annotated[int, Field(ge=-(10**13), le=10**13)]


class CustomerListQuery(ListQuery):
    """Of the list of customers."""

    q: Search | None = Field(
        None,
        description="Beginning of any word of the name, of an email address, beginning or end of a phone number, or a whole"
        " external id. Answers in the order of the match, 16 at the most a page",
    )
    sort: Literal["-created", "created", "-spent", "spent"] = Field(
        "-created", description="`-` is descending; with `q` the order is that of the match"
    )
    segment: Code | None = Field(
        None, description="Only customers who are in it now; cannot be combined with `q` or `sort`"
    )
    status: Status | None = None
    tag: Tag | None = None
    country: Country | None = None
    source: Handle | None = None
    min_spent: Spent | None = Field(None, description="Minor units")
    max_spent: Spent | None = Field(None, description="Minor units")
    created_from: Moment | None = None
    created_to: Moment | None = None
    last_order_from: Moment | None = None
    last_order_to: Moment | None = None

    @model_validator(mode="after")
    def _in_the_order_of_the_segment(self) -> Self:
        if self.segment is not None and {"q", "sort"} & self.model_fields_set:
            raise ValueError("`segment` cannot be combined with `q` or `sort`")
        return self

    def filter(self) -> Filter:
        """The filters as the capability knows them."""
        given = self.model_dump(include=_FILTERS)
        return Filter(**given)


_FILTERS = {
    "status",
    "tag",
    "country",
    "source",
    "min_spent",
    "max_spent",
    "created_from",
    "created_to",
    "last_order_from",
    "last_order_to",
}


class StatusChange(Input):
    status: Status
    reason: Line | None = None


class NewTags(Input):
    tags: list[Tag] = Field(min_length=1, max_length=50)


class BulkResultView(View):
    customer_id: str
    done: bool
    status: int
    detail: str | None


class BulkView(View):
    done: int
    failed: int
    results: list[BulkResultView]


class AttributeSchemaView(AttributeSchema):
    """The definitions; `version` 0 means that none were ever made."""

    version: int
