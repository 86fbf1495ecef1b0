"""Orders (COM-2): placed once whoever sends them how often, totals exact, statuses in any order of arrival."""

from regulars.commerce.orders.changes import refund, remove_imported, set_status
from regulars.commerce.orders.events import Bought
from regulars.commerce.orders.imported import append_lines
from regulars.commerce.orders.model import (
    NewLine,
    NewOrder,
    NewOrderRefund,
    Order,
    OrderLine,
    OrderRefund,
    Origin,
    Progress,
    Status,
    StatusChange,
    StatusEntry,
)
from regulars.commerce.orders.refund_model import NewRefund, Refund
from regulars.commerce.orders.refund_store import refund_id
from regulars.commerce.orders.refunds import get_refund, list_refunds, record_refund, remove_refund
from regulars.commerce.orders.rules import past
from regulars.commerce.orders.service import OrderDiffersError, by_number, get, list_orders, place

__all__ = [
    "Bought",
    "NewLine",
    "NewOrder",
    "NewOrderRefund",
    "NewRefund",
    "Order",
    "OrderDiffersError",
    "OrderLine",
    "OrderRefund",
    "Origin",
    "Progress",
    "Refund",
    "Status",
    "StatusChange",
    "StatusEntry",
    "append_lines",
    "by_number",
    "get",
    "get_refund",
    "list_orders",
    "list_refunds",
    "past",
    "place",
    "record_refund",
    "refund",
    "refund_id",
    "remove_imported",
    "remove_refund",
    "set_status",
]
