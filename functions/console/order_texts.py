"""How statuses of orders are written, coloured and drawn."""

from console.tables import Badge
from regulars.commerce.orders import Status

TONES = {
    Status.PLACED: "info",
    Status.PAID: "info",
    Status.PACKED: "info",
    Status.SHIPPED: "accent",
    Status.DELIVERED: "good",
    Status.CANCELLED: "bad",
    Status.PARTIALLY_REFUNDED: "warn",
    Status.REFUNDED: "bad",
}
ICONS = {
    Status.PLACED: "shopping-bag",
    Status.PAID: "wallet",
    Status.PACKED: "package",
    Status.SHIPPED: "truck",
    Status.DELIVERED: "package-check",
    Status.CANCELLED: "package-x",
    Status.PARTIALLY_REFUNDED: "undo-2",
    Status.REFUNDED: "undo-2",
}


def status_text(status: Status) -> str:
    """`partially_refunded` → `Partly refunded`."""
    return "Partly refunded" if status is Status.PARTIALLY_REFUNDED else status.value.capitalize()


def status_badge(status: Status) -> Badge:
    return Badge(status_text(status), TONES[status])
