"""What history conditions can ask for: `KINDS`, and kinds of behaviour of a shop's own, `behaviour.<word>`.

A kind is the domain event of its name, with properties as the event has them, but for `product.bought`: one for each line of
an order. `sources_of` says which events bring occurrences of a kind, change them or take them back.
"""

from collections.abc import Mapping

from regulars.segments.rules.values import EventKind, Property, ValueType

BOUGHT = "product.bought"
BEHAVIOUR = "behaviour."

_TEXT, _CHOICE, _NUMBER = ValueType.TEXT, ValueType.CHOICE, ValueType.NUMBER
_MONEY, _SET, _BOOLEAN = ValueType.MONEY, ValueType.SET, ValueType.BOOLEAN

ORDER_STATUSES = (
    "placed",
    "paid",
    "packed",
    "shipped",
    "delivered",
    "cancelled",
    "partially_refunded",
    "refunded",
)
INTERACTIONS = ("call", "email", "meeting", "note", "ticket")
DIRECTIONS = ("inbound", "outbound")

_CHANNEL = Property("channel", "Channel", _TEXT)
_PAYMENT = Property("payment_method", "Payment method", _TEXT)
_NUMBER_OF_ORDER = Property("number", "Number", _TEXT)
_PRODUCT = Property("product_id", "Product", _TEXT)
_TEMPLATE = Property("template", "Template", _TEXT)
_MESSAGE = (
    _CHANNEL,
    _TEMPLATE,
    Property("category", "Category", _TEXT),
    Property("campaign_id", "Campaign", _TEXT),
)
_TOTAL = Property("total", "Total", _MONEY)
_ITEMS = Property("items", "Number of pieces", _NUMBER)
_URL = Property("url", "Page", _TEXT)
_SOURCE = Property("source", "Where", _TEXT)
_REFERRER = Property("referrer", "Came from", _TEXT)

_ORDERS = (
    EventKind(
        "order.placed",
        "Placed an order",
        "Orders",
        (
            _TOTAL,
            _CHANNEL,
            _PAYMENT,
            Property("coupon", "Coupon", _TEXT),
            Property("nth", "Which of the customer's orders", _NUMBER),
            _NUMBER_OF_ORDER,
            _ITEMS,
        ),
        help="Cancelled orders are among them.",
    ),
    EventKind(
        BOUGHT,
        "Bought a product",
        "Orders",
        (
            _PRODUCT,
            Property("category", "Category", _TEXT),
            Property("quantity", "Quantity", _NUMBER),
            _TOTAL,
            _CHANNEL,
            _PAYMENT,
        ),
        help="Each line of each order.",
    ),
    EventKind("order.cancelled", "Order was cancelled", "Orders", (_TOTAL, _NUMBER_OF_ORDER)),
    EventKind(
        "order.refunded",
        "Was refunded",
        "Orders",
        (
            Property("amount", "Amount", _MONEY),
            Property("whole", "Nothing of the order is left", _BOOLEAN),
            _NUMBER_OF_ORDER,
        ),
    ),
    EventKind(
        "order.status_changed",
        "Order reached a status",
        "Orders",
        (
            Property("status", "Status", _CHOICE, ORDER_STATUSES),
            Property("current", "Where the order stood then", _CHOICE, ORDER_STATUSES),
            _NUMBER_OF_ORDER,
        ),
    ),
    EventKind("cart.updated", "Changed the cart", "Orders", (_TOTAL, _ITEMS)),
    EventKind("cart.abandoned", "Abandoned the cart", "Orders", (_TOTAL, _ITEMS)),
)

_VISITS = (
    EventKind(
        "visit.recorded",
        "Visited",
        "Visits",
        (
            Property("location", "Location", _TEXT),
            Property("party_size", "Party size", _NUMBER),
            Property("seating", "Seating", _TEXT),
            Property("product_ids", "Products had", _SET),
            Property("spend", "Spend", _MONEY),
        ),
    ),
)

_OPEN_HELP = "Properties of your own are named properties.<name>."


def _behaviour(what: str, label: str, *properties: Property) -> EventKind:
    return EventKind(
        BEHAVIOUR + what, label, "Website", (*properties, _URL, _REFERRER), open=True, help=_OPEN_HELP
    )


_WEBSITE = (
    _behaviour("page_view", "Viewed a page"),
    _behaviour("product_view", "Viewed a product", _PRODUCT),
    _behaviour("search", "Searched", Property("properties.query", "Looked for", _TEXT)),
    _behaviour("login", "Logged in"),
    _behaviour("add_to_cart", "Put into the cart", _PRODUCT),
)

_CONTACTS = (
    EventKind(
        "customer.tagged",
        "Tags changed",
        "Profile",
        (Property("added", "Tags added", _SET), Property("removed", "Tags removed", _SET)),
    ),
    EventKind(
        "interaction.logged",
        "Had an interaction",
        "Contacts",
        (
            Property("type", "Type", _CHOICE, INTERACTIONS),
            Property("direction", "Direction", _CHOICE, DIRECTIONS),
        ),
        help="As it was logged; what staff change of it later is not seen.",
    ),
    EventKind(
        "message.sent",
        "Was sent a message",
        "Messages",
        (*_MESSAGE, Property("language", "Language", _TEXT)),
    ),
    EventKind(
        "message.not_sent",
        "A message was not sent",
        "Messages",
        (
            *_MESSAGE,
            Property("state", "Decided against or refused", _CHOICE, ("not_sent", "failed")),
            Property("reason", "Reason", _TEXT),
        ),
    ),
    EventKind(
        "message.opened",
        "Opened a message",
        "Messages",
        _MESSAGE,
        help="Once a message, by a person: what a machine opens is not seen. Who clicks has opened.",
    ),
    EventKind(
        "message.clicked",
        "Clicked in a message",
        "Messages",
        (*_MESSAGE, _URL),
        help="The first click in each message, by a person.",
    ),
    EventKind("message.bounced", "A message bounced", "Messages", _MESSAGE, help="For good."),
    EventKind("message.complained", "Marked a message as unwanted", "Messages", _MESSAGE),
    EventKind(
        "message.converted",
        "Ordered after a message",
        "Messages",
        (*_MESSAGE, Property("amount", "Amount put down to it", _MONEY)),
        help="An order put down to the message; what was refunded later is not taken off here.",
    ),
    EventKind("consent.granted", "Agreed to messages", "Messages", (_CHANNEL, _SOURCE)),
    EventKind("consent.withdrawn", "Unsubscribed", "Messages", (_CHANNEL, _SOURCE)),
)


def _to_come(name: str, label: str, group: str, *properties: Property) -> EventKind:
    return EventKind(name, label, group, properties, available=False)


_LOYALTY = (EventKind("points.earned", "Earned points", "Loyalty", (Property("points", "Points", _NUMBER),)),)

_TO_COME = (
    _to_come("ticket.created", "Opened a ticket", "Support"),
    _to_come("ticket.rated", "Rated a ticket", "Support", Property("score", "Score", _NUMBER)),
    _to_come("review.posted", "Posted a review", "Products", _PRODUCT, Property("rating", "Stars", _NUMBER)),
    _to_come("wishlist.item_added", "Put on a wishlist", "Products", _PRODUCT),
    _to_come(
        "wishlist.price_dropped",
        "A price on the wishlist dropped",
        "Products",
        _PRODUCT,
        Property("price", "Price", _MONEY),
    ),
    _to_come("reward.redeemed", "Redeemed a reward", "Loyalty", Property("points", "Points", _NUMBER)),
    _to_come("tier.changed", "Changed tier", "Loyalty", Property("tier", "Tier", _TEXT)),
)

KINDS: tuple[EventKind, ...] = (*_ORDERS, *_VISITS, *_WEBSITE, *_CONTACTS, *_LOYALTY, *_TO_COME)
KIND_OF: dict[str, EventKind] = {kind.name: kind for kind in KINDS}

_SOURCES: Mapping[str, tuple[str, ...]] = {
    "order.placed": ("order.placed", "order.lines_added", "order.removed"),
    BOUGHT: ("order.placed", "order.lines_added", "order.removed"),
    "order.cancelled": ("order.cancelled", "order.removed"),
    "order.status_changed": ("order.status_changed", "order.removed"),
    "order.refunded": ("order.refunded", "order.refund_removed"),
}


def sources_of(kind: str) -> tuple[str, ...]:
    """The domain events that bring occurrences of a kind, change them, or take them back."""
    return _SOURCES.get(kind, (kind,))


def kind_of(name: str) -> EventKind | None:
    """The kind of a name; kinds of behaviour that are not listed are a shop's own."""
    if name in KIND_OF or not name.startswith(BEHAVIOUR):
        return KIND_OF.get(name)
    label = name.removeprefix(BEHAVIOUR).replace("_", " ").capitalize()
    return _behaviour(name.removeprefix(BEHAVIOUR), label, _PRODUCT)
