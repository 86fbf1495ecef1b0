"""The order confirmation: one mail for each order that is placed now (history never mails)."""

from datetime import datetime
from typing import Any

from regulars.commerce import orders
from regulars.commerce.orders import Order, OrderLine
from regulars.customers import Facts, facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.ids import new_id
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.messaging.deliveries import carry_out, claim
from regulars.messaging.formats import date, ink, money
from regulars.messaging.model import (
    Channel,
    Content,
    Delivery,
    Reason,
    Recipient,
    Sender,
    State,
    choose_language,
    decide,
    explain,
)
from regulars.messaging.providers.email import EmailProvider
from regulars.messaging.texts import ORDER_CONFIRMATION
from regulars.platform import TenantSettings, settings_of

TEMPLATE = "order_confirmation"
_log = logger("messaging")


def confirm_order(
    tenant: Tenant, order_id: str, provider: EmailProvider, *, now: datetime, history: bool = False
) -> Delivery | None:
    """Confirm an order to its customer once, however often this is called. None if there is nobody to write to.

    Raises UnavailableError or ConflictError when it has to be called again later.
    """
    if history:
        return None
    try:
        order = orders.get(tenant, order_id)
    except NotFoundError:
        # An import that was undone took it away.
        return None
    facts = facts_of(tenant, order.customer_id, consistent=True)
    if facts is None:
        _log.info("nobody to confirm to: the customer was deleted", extra={"order": order_id})
        return None
    settings = settings_of(tenant)
    recipient, sender = _recipient(facts), _sender(settings)
    cancelled = order.status == "cancelled"
    reason = decide(history=history, recipient=recipient, sender=sender, cancelled=cancelled)
    language = choose_language(recipient.language, settings.default_language, frozenset(ORDER_CONFIRMATION))
    delivery = claim(tenant, _delivery(order, recipient, language, reason, now))
    return carry_out(
        tenant, delivery, sender, lambda: compose(order, recipient, settings, language), provider, now
    )


def _delivery(
    order: Order, recipient: Recipient, language: str, reason: Reason | None, now: datetime
) -> Delivery:
    return Delivery(
        id=new_id("dlv", now),
        customer_id=recipient.customer_id,
        channel=Channel.EMAIL,
        template=TEMPLATE,
        about=order.id,
        state=State.NOT_SENT if reason else State.QUEUED,
        created_at=now,
        language=language,
        to=recipient.email,
        reason=reason,
        explanation=explain(reason) if reason else "",
        finished_at=now if reason else None,
    )


def _recipient(facts: Facts) -> Recipient:
    return Recipient(
        facts.customer_id,
        facts.name or "",
        facts.email or "",
        facts.language or "",
        facts.status == "suspended",
    )


def _sender(settings: TenantSettings) -> Sender:
    sender = settings.sender
    return Sender(sender.name, sender.email, sender.reply_to or "")


def compose(order: Order, recipient: Recipient, settings: TenantSettings, language: str) -> Content:
    """The mail about an order, in a language that texts exist for."""
    # Jinja2 is loaded only by who renders.
    from regulars.messaging.render import render

    def amount(minor: int) -> str:
        return money(minor, order.currency, language)

    total = amount(order.total)
    values: dict[str, Any] = {
        "language": language,
        "shop": settings.name,
        "headline": {"number": order.number, "shop": settings.name, "total": total},
        "name": recipient.name,
        "brand": {
            "colour": settings.branding.colour,
            "ink": ink(settings.branding.colour),
            "logo_url": settings.branding.logo_url,
        },
        "order": {
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
            "total": total,
            "ways": _ways(order),
        },
    }
    return render(TEMPLATE, ORDER_CONFIRMATION[language], values)


def _details(line: OrderLine) -> str:
    return ", ".join(f"{name}: {value}" for name, value in (line.configuration or {}).items())


def _sums(order: Order, amount: Any) -> list[tuple[str, str]]:
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
