"""The order confirmation: one mail for each order that is placed now (history never mails)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from regulars.commerce import orders
from regulars.commerce.orders import Order, OrderLine
from regulars.customers import facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact_store import read_contact
from regulars.messaging.formats import date, money
from regulars.messaging.model import Channel, Delivery, Message, Reason, choose_language
from regulars.messaging.sending.going_on import template_of
from regulars.messaging.sending.single import send_now
from regulars.messaging.settings_model import ORDER_UPDATES
from regulars.platform import TenantSettings, settings_of

TEMPLATE = "order_confirmation"


def confirm_order(tenant: Tenant, order_id: str, *, now: datetime, history: bool = False) -> list[Delivery]:
    """Confirm an order to its customer once, however often this is called; answers what this call wrote, nothing if there is
    nobody to write to. Raises ConflictError when it has to be called again."""
    if history:
        return []
    try:
        order = orders.get(tenant, order_id)
    except NotFoundError:
        # An import that was undone took it away.
        return []
    against = Reason.ORDER_CANCELLED if order.status == "cancelled" else None
    message = _message(order, values_of(order, settings_of(tenant), _language(tenant, order)))
    return send_now(tenant, message, order.customer_id, now, against=against)


def _message(order: Order, values: dict[str, Any]) -> Message:
    return Message(
        f"{TEMPLATE}:{order.id}",
        order.placed_at,
        TEMPLATE,
        (Channel.EMAIL,),
        ORDER_UPDATES,
        about=order.id,
        values=values,
    )


def _language(tenant: Tenant, order: Order) -> str:
    """The language in which amounts and dates are written: that of the mail."""
    facts = facts_of(tenant, order.customer_id)
    wanted = read_contact(tenant, order.customer_id).language or (facts and facts.language) or ""
    default = settings_of(tenant).default_language
    template = template_of(tenant, _message(order, {}))
    available = template.languages(Channel.EMAIL) if template else frozenset()
    return choose_language(wanted, default, available or frozenset({"en"}))


def values_of(order: Order, settings: TenantSettings, language: str) -> dict[str, Any]:
    """What the mail about an order shows of it, in a language."""

    def amount(minor: int) -> str:
        return money(minor, order.currency, language)

    return {
        "order": {
            "id": order.id,
            "number": order.number,
            "placed": date(order.placed_at, settings.time_zone, language),
            "lines": [
                {
                    "name": line.name or line.product_id,
                    "details": _details(line),
                    "quantity": line.quantity,
                    "total": amount(line.total),
                }
                for line in order.lines
            ],
            "sums": _sums(order, amount),
            "total": amount(order.total),
            "ways": _ways(order),
        },
    }


def _details(line: OrderLine) -> str:
    return ", ".join(f"{name}: {value}" for name, value in (line.configuration or {}).items())


def _sums(order: Order, amount: Callable[[int], str]) -> list[tuple[str, str]]:
    subtotal = sum(line.total for line in order.lines)
    sums = (
        ("discount", -order.discount),
        ("shipping", order.shipping),
        ("tax", order.tax),
    )
    shown = [(label, amount(minor)) for label, minor in sums if minor]
    return [("subtotal", amount(subtotal)), *shown] if shown else []


def _ways(order: Order) -> list[tuple[str, str]]:
    ways = (("payment", order.payment_method), ("delivery", order.delivery_method))
    return [(label, value) for label, value in ways if value]
