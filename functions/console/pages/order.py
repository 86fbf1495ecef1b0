"""One order: its lines, its way, its refunds, and what may be done with it."""

from decimal import Decimal, InvalidOperation

from console.formats import Clock, money
from console.forms import Form
from console.lists import Listing
from console.order_texts import ICONS, TONES, status_badge, status_text
from console.pages.products import localized
from console.people import name_of
from console.pieces import Day, Moment, by_day
from console.routing import Pages
from console.shell import Crumb, shop_of, show
from console.tables import Column, Figure, Link, Table, Text, When, amount, count
from console.web import Reply, Request, flash_cookie, redirect
from regulars.commerce import orders, products
from regulars.commerce.orders import (
    NewOrderRefund,
    Order,
    OrderLine,
    OrderRefund,
    Progress,
    Status,
    StatusChange,
)
from regulars.customers import facts_of
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.ids import ulid
from regulars.kernel.money import MAX_MINOR, exponent
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.platform import settings_of

PAGES = Pages()
_PATH = "/console/orders"
_ENDED = frozenset({Status.CANCELLED, Status.REFUNDED})
_NEXT = (
    (Status.PAID, "Mark as paid", "wallet"),
    (Status.PACKED, "Mark as packed", "package"),
    (Status.SHIPPED, "Mark as shipped", "truck"),
    (Status.DELIVERED, "Mark as delivered", "package-check"),
)


@PAGES.get(f"{_PATH}/{{order_id}}", permission=Permission.ORDERS_READ)
def order(request: Request) -> Reply:
    return _page(request, Form({"amount": "", "reason": ""}))


@PAGES.post(f"{_PATH}/{{order_id}}/status", permission=Permission.ORDERS_WRITE)
def change_status(request: Request) -> Reply:
    wanted = request.form.get("status", "")
    if wanted not in {progress.value for progress in Progress}:
        raise InvalidError.of("/status", "there is no such status")
    change = StatusChange(status=Progress(wanted))
    changed = orders.set_status(request.tenant, request.params["order_id"], change, now=request.call.now)
    message = f"Order {changed.number} is now {status_text(changed.status).lower()}"
    return redirect(f"{_PATH}/{changed.id}", cookies=(flash_cookie(message),))


@PAGES.post(f"{_PATH}/{{order_id}}/refunds", permission=Permission.ORDERS_WRITE)
def refund(request: Request) -> Reply:
    """The number in the form makes a refund that is sent twice count once."""
    given = request.form
    form = Form({"amount": given.get("amount", ""), "reason": given.get("reason", "")})
    found = orders.get(request.tenant, request.params["order_id"])
    try:
        new = NewOrderRefund(
            number=given.get("key") or None,
            amount=_minor(given.get("amount", ""), found.currency),
            reason=given.get("reason", "").strip()[:200] or None,
        )
        changed = orders.refund(request.tenant, found.id, new, now=request.call.now)
    except RegularsError as error:
        return _page(request, form.refused(error), error.status)
    message = f"{money(new.amount, changed.currency)} refunded on order {changed.number}"
    return redirect(f"{_PATH}/{changed.id}", cookies=(flash_cookie(message),))


def _minor(text: str, currency: str) -> int:
    """`12.34` GBP → 1234. Raises InvalidError at `/amount`."""
    try:
        minor = Decimal(text.replace(",", "").strip()).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise InvalidError.of("/amount", "is not an amount of money") from error
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 < minor <= MAX_MINOR:
        raise InvalidError.of("/amount", f"is not an amount in {currency}")
    return int(minor)


def _page(request: Request, form: Form, status: int = 200) -> Reply:
    found = orders.get(request.tenant, request.params["order_id"])
    facts = facts_of(request.tenant, found.customer_id)
    clock = Clock(shop_of(request).zone, request.call.now)
    left = found.total - found.refunded
    open_end = found.status not in _ENDED
    return show(
        request,
        "pages/order.html",
        title=f"Order {found.number}",
        crumbs=(Crumb("Orders", _PATH), Crumb(found.number)),
        status=status,
        order=found,
        badge=status_badge(found.status),
        actions=_actions(found),
        refundable=money(left, found.currency) if open_end and left > 0 else "",
        refund=form,
        refund_key=ulid(request.call.now),
        customer=facts and {"id": found.customer_id, "name": name_of(facts), "email": facts.email or ""},
        days=_way(found, clock),
        lines=_lines(request, found),
        refunds=_refunds(found),
        totals=_totals(found),
        details=_details(found),
    )


def _actions(found: Order) -> list[dict[str, str]]:
    """What may come next: the steps not reached yet, the nearest first; an order that has gone nowhere can be cancelled."""
    if found.status in _ENDED:
        return []
    reached = {entry.status for entry in found.statuses}
    furthest = max((at for at, step in enumerate(_NEXT) if step[0] in reached), default=-1)
    steps = [
        {"status": step[0].value, "label": step[1], "icon": step[2]} for step in _NEXT[furthest + 1 :][:2]
    ]
    if furthest < 2 and not found.refunds:
        steps.append(
            {
                "status": Status.CANCELLED.value,
                "label": "Cancel order",
                "icon": "ban",
                "ask": "Cancel this order?",
            }
        )
    return steps


def _way(found: Order, clock: Clock) -> list[Day]:
    moments = [
        Moment(entry.at, ICONS[entry.status], status_text(entry.status), tone=TONES[entry.status])
        for entry in reversed(found.timeline)
    ]
    return by_day(moments, clock)


def _lines(request: Request, found: Order) -> Table:
    names = _names(request, found)

    def cash(minor: int) -> Figure:
        return amount(minor, found.currency)

    def name(line: OrderLine) -> Link:
        return Link(line.name or names.get(line.product_id, line.product_id), _product(line))

    columns = [
        Column[OrderLine]("name", "Product", name),
        Column[OrderLine]("sku", "SKU", lambda line: Text(line.product_id), minor=True),
        Column[OrderLine]("quantity", "Quantity", lambda line: count(line.quantity), end=True),
        Column[OrderLine]("price", "Price", lambda line: cash(line.unit_price), end=True, minor=True),
        Column[OrderLine]("total", "Total", lambda line: cash(line.total), end=True),
    ]
    if any(line.configuration for line in found.lines):
        columns.insert(2, Column("options", "Options", _options, minor=True))
    listing = Listing("lines", "Lines", _PATH, columns, _product, _product, _product, "", csv=False)
    return listing.table(Page(list(found.lines)))


def _names(request: Request, found: Order) -> dict[str, str]:
    """What the products are called that the lines name by their id only; of the first hundred."""
    unnamed = list(dict.fromkeys(line.product_id for line in found.lines if not line.name))[:100]
    if not unnamed or not request.may(Permission.PRODUCTS_READ):
        return {}
    language = settings_of(request.tenant).default_language
    known = products.get_many(request.tenant, unnamed)
    return {one: localized(product.name, language) for one, product in known.items()}


def _product(line: OrderLine) -> str:
    return f"/console/products/{line.product_id}"


def _options(line: OrderLine) -> Text:
    return Text(", ".join(f"{name}: {value}" for name, value in (line.configuration or {}).items()))


def _refunds(found: Order) -> Table:
    def nothing(refund: OrderRefund) -> str:
        return ""

    columns = (
        Column[OrderRefund]("number", "Refund", lambda one: Text(one.number)),
        Column[OrderRefund]("reason", "Reason", lambda one: Text(one.reason or ""), minor=True),
        Column[OrderRefund]("at", "When", lambda one: When(one.at), end=True),
        Column[OrderRefund]("amount", "Amount", lambda one: amount(one.amount, found.currency), end=True),
    )
    listing = Listing("refunds", "Refunds", _PATH, columns, nothing, nothing, nothing, "", csv=False)
    return listing.table(Page(list(found.refunds)))


def _totals(found: Order) -> list[dict[str, object]]:
    goods = sum(line.total for line in found.lines)
    rows = [("Goods", goods), ("Discount", -found.discount), ("Shipping", found.shipping), ("Tax", found.tax)]
    shown = [(label, amount) for label, amount in rows if amount or label == "Goods"]
    totals: list[dict[str, object]] = [
        {"label": label, "value": money(amount, found.currency), "strong": False} for label, amount in shown
    ]
    totals.append({"label": "Total", "value": money(found.total, found.currency), "strong": True})
    if found.refunds:
        totals.append({"label": "Refunded", "value": money(-found.refunded, found.currency), "strong": False})
    return totals


def _details(found: Order) -> list[tuple[str, str]]:
    rows = (
        ("Channel", found.channel),
        ("Payment", found.payment_method),
        ("Delivery", found.delivery_method),
        ("Coupon", found.coupon),
        ("Note", found.note),
        ("Id", found.id),
    )
    return [(label, value) for label, value in rows if value]
