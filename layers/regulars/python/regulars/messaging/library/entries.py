"""What is in the library, and the values that each of its templates expects as `data`."""

from collections.abc import Mapping
from typing import Any

from regulars.messaging.library.letters import Entry
from regulars.messaging.library.order_confirmation import KEY, SAMPLE
from regulars.messaging.settings_model import ORDER_UPDATES

_ITEMS = [
    {"subject": "New teas have arrived", "preheader": "From Assam", "url": "https://shop.example/1"},
    {"subject": "20 % off cups", "preheader": "", "url": "https://shop.example/2"},
]


def _service(
    key: str, name: str, description: str, sample: Mapping[str, Any], url: str = "data.url"
) -> Entry:
    return Entry(key, name, description, ORDER_UPDATES, sample, url, transactional=True)


ENTRIES: tuple[Entry, ...] = (
    _service(KEY, "Order confirmation", "Thanks for an order and lists what was bought.", SAMPLE),
    _service(
        "double_opt_in",
        "Confirm a subscription",
        "Asks somebody who has signed up to confirm that it was them.",
        {"confirm_url": "https://shop.example/confirm/abc"},
        "data.confirm_url",
    ),
    _service(
        "subscription_confirmed",
        "Subscription confirmed",
        "Says that the subscription stands, and how to change it.",
        {},
    ),
    Entry(
        "digest",
        "Digest",
        "Collects the messages of a day, a week or a month for those who want them together.",
        "newsletters",
        {"items": _ITEMS},
    ),
)
