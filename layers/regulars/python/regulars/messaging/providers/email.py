"""The port for email: what is handed over, and the four ways it can end."""

from dataclasses import dataclass
from typing import Protocol

from regulars.messaging.content import EmailContent
from regulars.messaging.model import Sender


@dataclass(frozen=True, slots=True)
class Email:
    """One mail to one person; `tags` come back in the provider's own events."""

    sender: Sender
    to: str
    content: EmailContent
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; `message_id` is the provider's."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not taken this time, certainly not sent: worth another try. `throttled` says the provider asked for patience."""

    detail: str
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good: another try would end the same."""

    detail: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Handed over, and no answer came: it may have been sent."""

    detail: str


Outcome = Accepted | Postponed | Rejected | Lost


class EmailProvider(Protocol):
    """`name` is written on deliveries. `send` tries once, raises nothing for what a provider may answer."""

    name: str

    def send(self, email: Email) -> Outcome: ...
