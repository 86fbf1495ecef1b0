"""Behaviour as domain events, named `behaviour.<kind>`. Subject: the customer, or the anonymous id.

Kinds of a shop's own have the schema of `behaviour.custom` and their own name.
"""

from typing import Any

from regulars.kernel.events import Event


class _Behaviour(Event):
    """`properties` are the shop's; `anonymous_id` is there as long as, or because, it was not known who it was."""

    product_id: str | None = None
    properties: dict[str, Any] | None = None
    url: str | None = None
    referrer: str | None = None
    anonymous_id: str | None = None


class PageViewed(_Behaviour, name="behaviour.page_view"):
    pass


class ProductViewed(_Behaviour, name="behaviour.product_view"):
    pass


class Searched(_Behaviour, name="behaviour.search"):
    """`properties.query` is what was looked for."""


class LoggedIn(_Behaviour, name="behaviour.login"):
    pass


class AddedToCart(_Behaviour, name="behaviour.add_to_cart"):
    pass


class CustomHappened(_Behaviour, name="behaviour.custom"):
    pass


class CustomerIdentified(Event, name="customer.identified"):
    """It became known that an anonymous id is this customer's: its events follow into the customer's timeline."""

    anonymous_id: str


_KNOWN: dict[str, type[_Behaviour]] = {
    event.name.partition(".")[2]: event
    for event in (PageViewed, ProductViewed, Searched, LoggedIn, AddedToCart, CustomHappened)
}


def behaviour(kind: str, **data: Any) -> _Behaviour:
    """The event of a kind."""
    return _KNOWN.get(kind, CustomHappened)(**data)
