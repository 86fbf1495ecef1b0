"""One mail, as the order confirmation still hands it over."""

from dataclasses import dataclass
from typing import Protocol

from regulars.messaging.content import EmailContent
from regulars.messaging.model import Sender
from regulars.messaging.providers.port import Accepted, Lost, Outcome, Postponed, Rejected

__all__ = ["Accepted", "Email", "EmailProvider", "Lost", "Outcome", "Postponed", "Rejected"]


@dataclass(frozen=True, slots=True)
class Email:
    """One mail to one person; `tags` come back in the provider's own events."""

    sender: Sender
    to: str
    content: EmailContent
    tags: dict[str, str]


class EmailProvider(Protocol):
    """`name` is written on deliveries. `send` tries once, raises nothing for what a provider may answer."""

    name: str

    def send(self, email: Email) -> Outcome: ...
