"""A dispatch: one message on its way to many, with gates that every claim of it passes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.messaging.model import Message

# Customers in one batch: with a contact and a delivery each, gate and sums they fit into one transaction.
BATCH = 48


class Door(StrEnum):
    """`open`: batches are sent; `paused`: they are parked; `closed`: for good."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """`name` is what links say as their campaign; `throttle_per_minute` bounds the deliveries handed over a minute (0: no bound);
    of a `hold_out` nothing is sent: whoever would have got it is recorded as held out; `planned` is for how many it is meant, if
    that is known from the start; `utm` is what links say in place of our own source and medium."""

    id: str
    name: str
    message: Message
    state: Door
    created_at: datetime
    throttle_per_minute: int = 0
    hold_out: bool = False
    planned: int = 0
    utm: Mapping[str, str] = field(default_factory=dict)
