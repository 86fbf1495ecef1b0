"""A small shop for tests: its tenant, customers and orders, and what its stream would show."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.connection import Connection

from regulars import customers
from regulars.commerce import orders
from regulars.commerce.orders import NewLine, NewOrder, Order
from regulars.customers import CustomerRef, customer_partition
from regulars.customers.model import Profile
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform.model import Branding, NewOwner, NewTenant, Sender
from regulars.platform.store import TenantItem


def open_shop(tenant: Tenant, now: datetime, **changes: Any) -> Tenant:
    """Give a tenant its settings."""
    given: dict[str, Any] = {
        "name": "Kettle & Co",
        "time_zone": "Europe/Warsaw",
        "currency": "GBP",
        "languages": ["en", "de", "pl"],
        "branding": Branding(colour="#7a1f3d"),
        "sender": Sender(name="Kettle & Co", email="orders@kettle.test"),
        "owner": NewOwner(email="owner@kettle.test", name="Olga"),
    }
    settings = NewTenant(**(given | changes)).settings(tenant.id, now)
    transaction = Transaction(tenant)
    transaction.create(TenantItem.of(settings, None))
    transaction.commit()
    return tenant


def new_customer(tenant: Tenant, now: datetime, email: str = "ann@example.test", **profile: Any) -> str:
    """A customer's id."""
    return customers.create(tenant, Profile(name="Ann Lee", email=email, **profile), now=now).id


def buy(
    tenant: Tenant,
    customer_id: str,
    number: str,
    now: datetime,
    price: int = 1000,
    *,
    history: bool = False,
    **order: Any,
) -> Order:
    """An order of two pieces of one thing."""
    line = NewLine(product_id="mug", name="Mug <b>", quantity=2, unit_price=price)
    new = NewOrder(
        number=number,
        customer=CustomerRef(id=customer_id),
        currency="GBP",
        lines=[line],
        placed_at=now,
        **order,
    )
    return orders.place(tenant, new, now=now, history=history)


def events_of(tenant: Tenant, customer_ids: Sequence[str]) -> list[Envelope]:
    """The events of customers, in order of time within each."""
    return [
        Envelope.of(item)
        for one in customer_ids
        for item in EventItem.each(
            customer_partition(tenant, one), EventItem.sk.startswith("E#"), consistent=True
        )
    ]


def images_of(tenant: Tenant, customer_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Stream records of the insertion of these customers' events."""
    connection: Connection = EventItem._get_connection().connection
    images: list[dict[str, Any]] = []
    for one in customer_ids:
        answer = connection.client.query(
            TableName=EventItem.Meta.table_name,
            KeyConditionExpression="pk = :pk and begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": {"S": customer_partition(tenant, one)},
                ":sk": {"S": "E#"},
            },
        )
        images += answer["Items"]
    return [
        {
            "eventName": "INSERT",
            "eventID": str(number),
            "dynamodb": {"SequenceNumber": f"{number:030d}", "NewImage": image},
        }
        for number, image in enumerate(images, 1)
    ]


def queue_batch(envelopes: Sequence[Envelope]) -> dict[str, Any]:
    """The events as a Lambda gets them from its queue behind a bus rule."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "body": json.dumps({"detail-type": one.name, "detail": one.model_dump(mode="json")}),
            }
            for number, one in enumerate(envelopes)
        ]
    }
