"""Addresses that are not to be written to. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.messaging.model import Channel


class SuppressionReason(StrEnum):
    """`hard_bounce`: there is no such mailbox; `soft_bounces`: it refused so many in a row; `stopped`: a keyword by SMS;
    `unsubscribed`: somebody we know no customer of; `manual`, `imported`: put there by staff."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    STOPPED = "stopped"
    SOFT_BOUNCES = "soft_bounces"
    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"
    IMPORTED = "imported"


# Nothing at all goes to these, order updates included: it cannot arrive, or the recipient will not have it.
BLOCKS_EVERYTHING = frozenset(
    {SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.STOPPED}
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address on the list. `detail` is a provider's or a person's words, `by` who put it there."""

    channel: Channel
    address: str
    reason: SuppressionReason
    at: datetime
    detail: str = ""
    by: str = ""

    @property
    def everything(self) -> bool:
        """Whether messages that need no consent are stopped too."""
        return self.reason in BLOCKS_EVERYTHING


def outweighs(new: SuppressionReason, old: SuppressionReason) -> bool:
    """Whether a second reason replaces the first: only one that stops everything, where the first stops marketing alone."""
    return new in BLOCKS_EVERYTHING and old not in BLOCKS_EVERYTHING
