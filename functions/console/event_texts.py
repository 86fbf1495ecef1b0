"""Domain events in words: one moment of a timeline for each, whatever page it is on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.formats import money
from console.pieces import Moment

Data = dict[str, Any]


@dataclass(frozen=True)
class Looks:
    """How events of a name are drawn; `text` and `href` follow from the event's data."""

    icon: str
    title: str
    tone: str = ""
    text: Callable[[Data], str] = lambda data: ""
    href: Callable[[Data], str] = lambda data: ""


def _cash(name: str) -> Callable[[Data], str]:
    return lambda data: money(data[name], data["currency"]) if data.get(name) is not None else ""


def _order(data: Data) -> str:
    return f"/console/orders/{data['order_id']}" if data.get("order_id") else ""


def _product(data: Data) -> str:
    return f"/console/products/{data['product_id']}"


def _delivery(data: Data) -> str:
    return f"/console/deliveries/{data['delivery_id']}" if data.get("delivery_id") else ""


_CHANNELS = {
    "email": "Email",
    "sms": "Text message",
    "push": "Push message",
    "in_app": "In the app",
    "webhook": "Webhook",
    "wallet": "Wallet",
}


def _message(data: Data) -> str:
    """The channel, and the template by its key."""
    parts = [_CHANNELS.get(data.get("channel", ""), ""), _words(data.get("template", ""))]
    return " · ".join(part for part in parts if part)


def _followed(data: Data) -> str:
    """The page that a click led to, without what goes without saying."""
    return " · ".join(part for part in (_message(data), data.get("url", "").partition("://")[2]) if part)


def _with(name: str) -> Callable[[Data], str]:
    """The channel, and what an event says under a name, in words."""

    def text(data: Data) -> str:
        parts = [_CHANNELS.get(data.get("channel", ""), ""), _words(data.get(name, ""))]
        return " · ".join(part for part in parts if part)

    return text


def _wishes(data: Data) -> str:
    """Which channels and categories were switched on or off, and how often messages may come."""
    chosen = {**data.get("channels", {}), **data.get("categories", {})}
    parts = [f"{_CHANNELS.get(name) or _words(name)} {'on' if on else 'off'}" for name, on in chosen.items()]
    parts += [f"{_words(name) or 'All'} {how}" for name, how in data.get("frequency", {}).items()]
    return ", ".join(parts)


def _segment(data: Data) -> str:
    return f"/console/segments/{data['segment_id']}" if data.get("segment_id") else ""


_BECAUSE = {
    "event": "By what happened",
    "time": "As time went by",
    "edit": "The rule was changed",
    "list": "By hand",
    "threshold": "Compared with everybody",
}


def _because(data: Data) -> str:
    return _BECAUSE.get(data.get("because", ""), "")


def _placed(data: Data) -> str:
    lines = data.get("lines")
    parts = [
        _cash("total")(data),
        f"{len(lines)} lines" if lines and len(lines) > 1 else "",
        data.get("channel") or "",
    ]
    return " · ".join(part for part in parts if part)


def _tags(data: Data) -> str:
    parts = [f"added {', '.join(data['added'])}"] if data.get("added") else []
    parts += [f"removed {', '.join(data['removed'])}"] if data.get("removed") else []
    return "; ".join(parts).capitalize()


def _status(data: Data) -> str:
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"From {data.get('was', '')} to {data.get('status', '')}{reason}"


def _said(data: Data) -> str:
    outcome = f" → {data['outcome']}" if data.get("outcome") else ""
    return f"{data.get('summary', '')}{outcome}"


def _visit(data: Data) -> str:
    parts = [
        data.get("location") or "",
        f"party of {data['party_size']}" if data.get("party_size", 1) > 1 else "",
    ]
    return " · ".join(part for part in [*parts, _cash("spend")(data)] if part)


def _refunded(data: Data) -> str:
    """The amount, and the shop's own number of the refund where it has one (a made-up one has 26 characters)."""
    number = str(data.get("number", ""))
    return _cash("amount")(data) + (f" · {number}" if 0 < len(number) < 26 else "")


def _price(data: Data) -> str:
    return f"{money(data['old'], data['old_currency'])} → {money(data['new'], data['currency'])}"


LOOKS: dict[str, Looks] = {
    "order.placed": Looks("shopping-bag", "Order {number} placed", "good", _placed, _order),
    "order.status_changed": Looks("truck", "Order {number} {status}", "info", href=_order),
    "order.cancelled": Looks("package-x", "Order {number} cancelled", "bad", _cash("total"), _order),
    "order.refunded": Looks("undo-2", "Refunded", "bad", _refunded, _order),
    "order.lines_added": Looks("receipt", "Order {number} extended", "", _cash("added"), _order),
    "order.removed": Looks("trash-2", "Order {number} removed", "", _cash("total")),
    "order.refund_removed": Looks("trash-2", "Refund {number} removed", "", _cash("amount")),
    "cart.updated": Looks("shopping-cart", "Cart changed", "", _cash("total")),
    "cart.abandoned": Looks("shopping-cart", "Cart abandoned", "warn", _cash("total")),
    "visit.recorded": Looks("store", "Visit", "info", _visit),
    "message.sent": Looks(
        "mail", "Message sent", "info", lambda data: data.get("subject") or _message(data), _delivery
    ),
    "message.not_sent": Looks(
        "mail", "Message not sent", "bad", lambda data: _words(data.get("reason", "")), _delivery
    ),
    "message.unconfirmed": Looks("mail", "Message without confirmation", "warn", _message, _delivery),
    "message.opened": Looks("mail-open", "Message opened", "info", _message, _delivery),
    "message.clicked": Looks("mouse-pointer-click", "Link clicked", "good", _followed, _delivery),
    "message.bounced": Looks("mail", "Message bounced", "bad", _with("detail"), _delivery),
    "message.complained": Looks("flag", "Message marked as unwanted", "bad", _message, _delivery),
    "message.converted": Looks("trophy", "Order put down to a message", "good", _cash("amount"), _delivery),
    "consent.requested": Looks("mail", "Asked to confirm the subscription", "", _with("source")),
    "consent.granted": Looks("user-check", "Agreed to messages", "good", _with("source")),
    "consent.withdrawn": Looks("ban", "Unsubscribed", "warn", _with("source"), _delivery),
    "preferences.changed": Looks("sliders-horizontal", "Preferences changed", "", _wishes),
    "address.suppressed": Looks("circle-slash", "Address suppressed", "bad", _with("reason")),
    "address.lifted": Looks("circle-check", "Address no longer suppressed", "", _with("reason")),
    "customer.created": Looks(
        "user-plus", "Customer added", "good", lambda data: _words(data.get("source") or "")
    ),
    "customer.updated": Looks(
        "pencil", "Profile changed", "", lambda data: _words(", ".join(data.get("changed") or []))
    ),
    "customer.status_changed": Looks("flag", "Status changed", "", _status),
    "customer.tagged": Looks("tag", "Tags changed", "", _tags),
    "customer.deleted": Looks("trash-2", "Customer deleted", "bad"),
    "customer.identified": Looks("user", "Recognised in the shop"),
    "interaction.logged": Looks("phone", "{type} logged", "info", _said),
    "interaction.updated": Looks("pencil", "{type} changed", "", _said),
    "interaction.due": Looks("bell", "Follow-up due", "warn", _said),
    "note.added": Looks("notebook-pen", "Note", "", lambda data: data.get("text", "")),
    "note.edited": Looks("notebook-pen", "Note edited", "", lambda data: data.get("text", "")),
    "note.deleted": Looks("trash-2", "Note deleted"),
    "product.created": Looks("package", "Product {product_id} added", "", _cash("price"), _product),
    "product.price_changed": Looks("trending-up", "Price of {product_id} changed", "", _price, _product),
    "product.out_of_stock": Looks("package-x", "{product_id} is out of stock", "warn", href=_product),
    "product.back_in_stock": Looks("package-check", "{product_id} is back in stock", "good", href=_product),
    "product.archived": Looks("archive", "{product_id} archived", "", href=_product),
    "segment.entered": Looks("log-in", "Entered a segment", "", _because, _segment),
    "segment.exited": Looks("log-out", "Left a segment", "", _because, _segment),
    "segment.created": Looks("layers", "Segment added", "", href=_segment),
    "segment.changed": Looks(
        "layers", "Segment changed", "", lambda data: _words(", ".join(data.get("fields") or [])), _segment
    ),
    "segment.deleted": Looks("layers", "Segment deleted"),
    "tenant.updated": Looks(
        "settings", "Settings changed", "", lambda data: _words(", ".join(data.get("fields") or []))
    ),
    "staff.invited": Looks("user-plus", "Colleague invited", "", lambda data: data.get("role", "")),
    "staff.role_changed": Looks(
        "user-cog", "Role changed", "", lambda data: f"{data['previous']} → {data['role']}"
    ),
    "staff.removed": Looks("user-cog", "Colleague removed"),
    "api_key.created": Looks("key-round", "API key created"),
    "api_key.revoked": Looks("key-round", "API key revoked", "warn"),
    "behaviour.page_view": Looks(
        "eye", "Viewed a page", "", lambda data: data.get("title") or data.get("url") or ""
    ),
    "behaviour.product_view": Looks("eye", "Viewed {product_id}", "", href=_product),
    "behaviour.search": Looks("search", "Searched", "", lambda data: data.get("query", "")),
    "behaviour.login": Looks("log-in", "Logged in"),
    "behaviour.add_to_cart": Looks("shopping-cart", "Put {product_id} into the cart", "", href=_product),
}
# Icons that depend on what kind of interaction it was, or which status an order reached.
_VARIED = frozenset({"phone", "truck"})
_ICONS = {
    "call": "phone",
    "email": "mail",
    "meeting": "video",
    "note": "notebook-pen",
    "ticket": "message-square",
    "paid": "wallet",
    "packed": "package",
    "shipped": "truck",
    "delivered": "package-check",
}


class _Blank(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def moment_of(name: str, at: datetime, data: Data, *, text: str = "", history: bool = False) -> Moment:
    """An event as a person reads it. One without looks of its own is written from its name."""
    looks = LOOKS.get(name) or Looks("zap", _words(name.removeprefix("behaviour.").replace(".", " ")))
    title = looks.title.format_map(_Blank(data)).strip()
    varies = str(data.get("type") or data.get("status"))
    icon = _ICONS.get(varies, looks.icon) if looks.icon in _VARIED else looks.icon
    badge = "imported" if history else ""
    told = looks.text(data) or text
    return Moment(at, icon, title[:1].upper() + title[1:], told, looks.href(data), looks.tone, badge)


def _words(text: str) -> str:
    plain = text.replace("_", " ")
    return plain[:1].upper() + plain[1:]
