"""The order confirmation: one mail for each order that is placed now (history never mails)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.commerce import orders
from regulars.commerce.orders import Order, OrderLine
from regulars.customers import Facts, facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import EmailContent
from regulars.messaging.deliveries import carry_out, claim
from regulars.messaging.formats import date, ink, money
from regulars.messaging.model import (
    Channel,
    Delivery,
    Message,
    Reason,
    Recipient,
    Sender,
    State,
    choose_language,
    delivery_id,
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
    reason = refused(recipient, sender, cancelled=order.status == "cancelled")
    language = choose_language(recipient.language, settings.default_language, frozenset(ORDER_CONFIRMATION))
    delivery = _delivery(tenant, order, recipient, language, reason, now)
    delivery = claim(tenant, replace(delivery, inputs=values_of(order, recipient, settings, language)))
    return carry_out(tenant, delivery, sender, lambda: compose(delivery), provider, now)


def refused(recipient: Recipient, sender: Sender, *, cancelled: bool) -> Reason | None:
    """Why an order confirmation must not go out, or None when it may."""
    checks = (
        (cancelled, Reason.ORDER_CANCELLED),
        (recipient.suspended, Reason.CUSTOMER_SUSPENDED),
        (not recipient.email, Reason.NO_ADDRESS),
        (not sender.email, Reason.NO_SENDER),
    )
    return next((reason for stands, reason in checks if stands), None)


def _delivery(
    tenant: Tenant, order: Order, recipient: Recipient, language: str, reason: Reason | None, now: datetime
) -> Delivery:
    message = Message(f"{TEMPLATE}:{order.id}", order.placed_at, TEMPLATE, (Channel.EMAIL,), "order_updates")
    return Delivery(
        id=delivery_id(tenant, message, recipient.customer_id, Channel.EMAIL),
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


def compose(delivery: Delivery) -> EmailContent:
    """The mail about an order, as its delivery was claimed."""
    # Jinja2 is loaded only by who renders.
    from regulars.messaging.render import render

    return render(TEMPLATE, ORDER_CONFIRMATION[delivery.language], delivery.inputs)


def values_of(order: Order, recipient: Recipient, settings: TenantSettings, language: str) -> dict[str, Any]:
    """What the mail about an order shows, in a language that texts exist for."""

    def amount(minor: int) -> str:
        return money(minor, order.currency, language)

    total = amount(order.total)
    return {
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
