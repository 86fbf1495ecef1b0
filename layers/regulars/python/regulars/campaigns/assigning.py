"""Who is in which part of a test. It follows from a hash of campaign and customer, so it is the same at every look. Pure."""

import hashlib
from collections.abc import Callable

from regulars.campaigns.model import HOLD_OUT
from regulars.campaigns.plan import Plan

# Who waits for the winner.
REMAINDER = "\x00rest"
_SPAN = 2**32


def assigning(campaign_id: str, plan: Plan) -> Callable[[str], str]:
    """What maps a customer's id to a variant's name, HOLD_OUT or REMAINDER; without variants to an empty name.

    Three independent draws of 32 bits: control or not, test or remainder, and which variant.
    """
    test = plan.test
    if test is None:
        return lambda customer_id: ""
    names = [one.name for one in test.variants]
    held, taking = int(test.hold_out * _SPAN), int(test.share * _SPAN) if names else _SPAN
    salt = campaign_id.encode()

    def assign(customer_id: str) -> str:
        drawn = hashlib.blake2b(customer_id.encode(), key=salt, digest_size=12).digest()
        first, second, third = (int.from_bytes(drawn[at : at + 4]) for at in (0, 4, 8))
        if first < held:
            return HOLD_OUT
        if second >= taking:
            return REMAINDER
        return names[third * len(names) // _SPAN] if names else ""

    return assign
