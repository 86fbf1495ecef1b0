"""What happens to carts. Subject: the customer. Amounts in minor units of `currency`."""

from regulars.commerce.amounts import Currency, Minor
from regulars.commerce.orders import Bought
from regulars.kernel.events import Event


class CartUpdated(Event, name="cart.updated"):
    """The cart's content as it is now; no lines when it was emptied."""

    cart_id: str
    lines: list[Bought]
    total: Minor
    currency: Currency


class CartAbandoned(Event, name="cart.abandoned"):
    """Nothing happened to a filled cart for the tenant's idle time; the event's time is the moment that ended it."""

    cart_id: str
    lines: list[Bought]
    total: Minor
    currency: Currency
