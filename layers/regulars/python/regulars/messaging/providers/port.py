"""The port to whoever carries messages out: what is handed over, and the four ways it can end.

A provider tries once, and raises nothing for what it may be answered: the outcomes say it, one for each message of the batch
and in its order. `tags` come back in the provider's own events.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import Content, EmailShell
from regulars.messaging.model import Channel, Sender


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address. When a batch comes with a shell, `parts` fill it and `content` is not looked at.

    `to` is an email address, a phone number (E.164), `<platform>:<token>` of a device, a customer's id (in-app) or a URL.
    """

    delivery_id: str
    customer_id: str
    to: str
    content: Content
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; `message_id` is the provider's."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not taken this time, certainly not sent (or a repeat is harmless): worth another try. `throttled` says the provider
    asked for patience."""

    detail: str
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good: another try would end the same. `gone` says that the address itself is no more."""

    detail: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Handed over, and no answer came: it may have been sent."""

    detail: str


Outcome = Accepted | Postponed | Rejected | Lost


class Provider(Protocol):
    """`name` is written on deliveries; `most` is how many messages one `send` takes. Of `sender`, mail uses all and a text
    the name, which is the number or word it comes from (empty: the account's own)."""

    name: str
    channel: Channel
    most: int

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]: ...


def tags_of(
    tenant: Tenant,
    delivery_id: str,
    customer_id: str,
    channel: Channel,
    *,
    transactional: bool | None = None,
) -> dict[str, str]:
    """The tags by which a provider's events find back to the delivery; `transactional` also chooses the class of a text."""
    tags = {
        "tenant": tenant.id,
        "delivery": delivery_id,
        "customer": customer_id,
        "channel": channel.value,
    }
    if transactional is not None:
        tags["kind"] = "transactional" if transactional else "promotional"
    return tags


def one_by_one(batch: Sequence[Outgoing], send: Callable[[Outgoing], Outcome]) -> list[Outcome]:
    """For providers that take one message a call. Once one asks for patience or does not answer, the rest waits: a batch
    must not take as many time-outs as it has messages."""
    outcomes: list[Outcome] = []
    for outgoing in batch:
        outcome = send(outgoing)
        outcomes.append(outcome)
        if isinstance(outcome, Lost) or (isinstance(outcome, Postponed) and outcome.throttled):
            throttled = isinstance(outcome, Postponed)
            rest = len(batch) - len(outcomes)
            return outcomes + [Postponed(f"after {outcome.detail}", throttled)] * rest
    return outcomes
