"""Fields that follow from what customers bought and did."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from operator import attrgetter

from regulars.customers import Facts, choices, favourite
from regulars.segments.rules.values import Field, ValueType, millis

_NUMBER, _MONEY, _MOMENT = ValueType.NUMBER, ValueType.MONEY, ValueType.MOMENT

# Which events move which totals.
_ORDERS = ("order.placed", "order.cancelled", "order.removed")
_GROSS = (*_ORDERS, "order.lines_added")
_REFUNDS = ("order.refunded", "order.refund_removed", "order.removed")
_SPENT = (*_GROSS, "order.refunded", "order.refund_removed")
_ACTIVITY = (
    "order.placed",
    "cart.updated",
    "visit.recorded",
    "behaviour.*",
    "message.opened",
    "message.clicked",
)


def _moment(name: str) -> Callable[[Facts], int | None]:
    def read(facts: Facts) -> int | None:
        at: datetime | None = getattr(facts, name)
        return millis(at) if at else None

    return read


def _chosen(what: str, facts: Facts) -> frozenset[str]:
    return frozenset(choices(facts, what))


def _favourite(what: str, facts: Facts) -> str | None:
    return favourite(facts, what)


_total = partial(Field, group="Orders")
_habit = partial(Field, group="Orders", events=("order.placed",))

ORDER_FIELDS: tuple[Field, ...] = (
    _total(
        name="orders",
        label="Number of orders",
        type=_NUMBER,
        read=attrgetter("orders"),
        help="Without cancelled ones.",
        events=_ORDERS,
        ranked=True,
    ),
    _total(
        name="total_spent",
        label="Total spent",
        type=_MONEY,
        read=attrgetter("spent"),
        help="All orders less all refunds; 0 without any.",
        events=_SPENT,
        ranked=True,
    ),
    _total(
        name="lifetime_value",
        label="Lifetime value",
        type=_MONEY,
        read=lambda facts: facts.spent if facts.orders else None,
        help="As total spent, but missing without an order, so that a share of the best is one of the buyers.",
        events=_SPENT,
        ranked=True,
    ),
    _total(
        name="average_order",
        label="Average order",
        type=_MONEY,
        read=attrgetter("average_order"),
        help="What orders came to before refunds, on average; missing without an order.",
        events=_GROSS,
        ranked=True,
    ),
    _total(
        name="gross",
        label="Spent before refunds",
        type=_MONEY,
        read=attrgetter("gross"),
        events=_GROSS,
        ranked=True,
    ),
    _total(
        name="refunds", label="Number of refunds", type=_NUMBER, read=attrgetter("refunds"), events=_REFUNDS
    ),
    _total(
        name="refunded", label="Total refunded", type=_MONEY, read=attrgetter("refunded"), events=_REFUNDS
    ),
    _total(
        name="first_order_at",
        label="First order",
        type=_MOMENT,
        read=_moment("first_order_at"),
        help="Without cancelled ones.",
        events=_ORDERS,
    ),
    _total(
        name="last_order_at",
        label="Latest order",
        type=_MOMENT,
        read=_moment("last_order_at"),
        help="Without cancelled ones.",
        events=_ORDERS,
    ),
    _total(
        name="currency",
        label="Currency",
        type=ValueType.TEXT,
        read=attrgetter("currency"),
        help="What the totals are in; missing before the first order.",
        events=("order.placed", "order.refunded"),
    ),
    *(
        _habit(
            name=f"favourite_{what}",
            label=f"Favourite {label}",
            type=ValueType.TEXT,
            read=partial(_favourite, habit),
            help="What most orders had; of several the first by name. Cancelled orders count too.",
        )
        for what, label, habit in (
            ("category", "category", "category"),
            ("payment", "payment method", "payment"),
            ("channel", "channel", "channel"),
        )
    ),
    *(
        _habit(
            name=name,
            label=label,
            type=ValueType.SET,
            read=partial(_chosen, habit),
            help="Of all orders ever, up to twenty; for a period ask for the history.",
        )
        for name, label, habit in (
            ("bought_categories", "Categories bought", "category"),
            ("payment_methods", "Payment methods used", "payment"),
            ("channels", "Channels ordered by", "channel"),
        )
    ),
    Field(
        name="last_activity_at",
        label="Latest activity",
        group="Activity",
        type=_MOMENT,
        read=_moment("last_activity_at"),
        help="The last order, visit, change of a cart or anything on your pages.",
        events=_ACTIVITY,
    ),
)
