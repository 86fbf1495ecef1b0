"""What a request for a message says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regulars.messaging.model import Channel, Choice


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A message to one customer. Without a category the template's own holds; `send_at` puts it off."""

    customer_id: str
    template: str
    channels: tuple[Channel, ...]
    choice: Choice = Choice.ALL
    category: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    send_at: datetime | None = None
    expires_at: datetime | None = None
