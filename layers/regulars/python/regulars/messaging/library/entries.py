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

_PRODUCTS = [
    {
        "name": "Teapot",
        "price": 3900,
        "was": 4900,
        "quantity": 1,
        "url": "https://shop.example/teapot",
        "image_url": "https://shop.example/teapot.jpg",
    },
    {"name": "Assam, 250 g", "price": 900, "quantity": 2, "url": "https://shop.example/assam"},
]
_URL = {"url": "https://shop.example/"}
_CODE = _URL | {"coupon": "TEA-10"}
_GOAL = _URL | {"reward": "Teacup", "points": 500, "goal": 1000, "missing": 500}


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
        "data.items[0].url",
    ),
    Entry("welcome_1", "Welcome 1: hello", "Greets somebody new.", "newsletters", _URL),
    Entry(
        "welcome_2",
        "Welcome 2: favourites",
        "A few days later: what others like best.",
        "newsletters",
        _URL | {"products": _PRODUCTS},
    ),
    Entry(
        "welcome_3",
        "Welcome 3: first order",
        "A code for who has not ordered yet.",
        "promotions",
        _CODE | {"expires_at": "2026-12-31"},
    ),
    Entry(
        "cart_1",
        "Abandoned cart 1: reminder",
        "Shows what was left in the cart.",
        "promotions",
        _URL | {"products": _PRODUCTS},
    ),
    Entry(
        "cart_2",
        "Abandoned cart 2: discount",
        "The same a day later, with a code.",
        "promotions",
        _CODE | {"products": _PRODUCTS, "expires_at": "2026-12-31"},
    ),
    _service("thanks", "After an order: thanks", "A personal thank-you.", {"number": "1001"}),
    _service(
        "shipping",
        "After an order: on its way",
        "Says that the parcel has left.",
        _URL | {"number": "1001", "carrier": "DHL", "expected_on": "2026-11-24"},
    ),
    Entry("feedback", "After an order: feedback", "Asks how it was.", "product_updates", _URL),
    Entry(
        "review_request",
        "After an order: review",
        "Asks for a review of what was bought.",
        "product_updates",
        _URL | {"products": _PRODUCTS},
    ),
    Entry(
        "reengage_30",
        "Re-engagement after 30 days",
        "What is new since the last visit.",
        "newsletters",
        _URL | {"products": _PRODUCTS},
    ),
    Entry("reengage_60", "Re-engagement after 60 days", "Asks back, with a code.", "promotions", _CODE),
    Entry("reengage_90", "Re-engagement after 90 days", "Asks whether to go on.", "newsletters", _URL),
    Entry("birthday", "Birthday", "Good wishes and a code.", "promotions", _CODE),
    Entry(
        "anniversary",
        "Anniversary",
        "Thanks for another year as a customer.",
        "promotions",
        _CODE | {"years": 2},
    ),
    Entry("milestone_50", "Halfway to a reward", "Half of the points are there.", "promotions", _GOAL),
    Entry(
        "milestone_80",
        "Almost at a reward",
        "Few points are missing.",
        "promotions",
        _GOAL | {"points": 800, "missing": 200},
    ),
    Entry(
        "reward_completed",
        "Reward completed",
        "The reward is there to be redeemed.",
        "promotions",
        _CODE | {"reward": "Teacup"},
    ),
    Entry(
        "points_expiring",
        "Points expiring",
        "Says when points are lost.",
        "promotions",
        _URL | {"points": 1250, "expires_at": "2026-12-31"},
    ),
    Entry(
        "price_drop",
        "Price drop",
        "What one has looked at costs less.",
        "promotions",
        _URL | {"products": _PRODUCTS},
    ),
    Entry(
        "recovery",
        "After a bad experience",
        "An apology after a low rating.",
        "product_updates",
        {"agent": "Olga", "coupon": "SORRY-10"},
    ),
    Entry(
        "new_offer",
        "New offer by preference",
        "Something new that suits what one likes.",
        "promotions",
        _URL | {"topic": "black tea", "products": _PRODUCTS},
    ),
)
