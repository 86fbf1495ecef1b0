"""Hands claimed deliveries to the providers: grouped by channel and language, with short pauses while a provider asks for
patience."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from regulars.kernel.queue import batches
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import Contact
from regulars.messaging.content import EmailShell
from regulars.messaging.model import Channel, Delivery, Sender
from regulars.messaging.providers.port import Outcome, Outgoing, Postponed, Provider, Rejected
from regulars.messaging.providers.registry import provider_for
from regulars.messaging.sending.rendering import Rendered, Renderer
from regulars.messaging.tracking.links import DeliveryLinks

# Seconds between tries while a provider asks for patience; then the queue waits instead. The pauses of a batch together must
# stay far below the worker's time-out: one that is stopped in a pause leaves deliveries that look lost.
PAUSES = (0.2, 0.5)
_LINKS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Unrendered:
    """The template could not be filled in."""

    detail: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How the attempt at a delivery ended; `provider` is its name, `subject` and `links` what was made of it."""

    delivery: Delivery
    outcome: Outcome | Unrendered
    provider: str = ""
    subject: str = ""
    links: Mapping[str, str] = field(default_factory=dict)


def hand_over(
    renderer: Renderer, deliveries: Sequence[Delivery], contacts: Mapping[str, Contact]
) -> list[HandedOver]:
    """Render and hand over; each delivery gets one outcome."""
    done: list[HandedOver] = []
    ordered = sorted(deliveries, key=_group)
    for (channel, language), some in groupby(ordered, key=_group):
        provider, sender = provider_for(channel), renderer.shop.sender(channel)
        group = list(some)
        if provider is None or sender is None:
            done += [HandedOver(one, Rejected("nobody sends on this channel")) for one in group]
            continue
        shell, rendered, links = renderer.group(channel, language, group, contacts)
        if channel is Channel.SMS:
            _keep(renderer, links)
        done += [HandedOver(one.delivery, Unrendered(one.fault)) for one in rendered if one.outgoing is None]
        ready = [one for one in rendered if one.outgoing is not None]
        for lot in batches(ready, provider.most):
            done += _send(provider, sender, lot, shell)
    return done


def _group(delivery: Delivery) -> tuple[Channel, str]:
    return delivery.channel, delivery.language


def _keep(renderer: Renderer, links: Sequence[DeliveryLinks]) -> None:
    """Have short links lead somewhere before anybody can follow them."""
    for some in batches(links, _LINKS_AT_ONCE):
        transaction = Transaction(renderer.shop.tenant)
        for one in some:
            one.keep(transaction)
        if len(transaction):
            transaction.commit()


def _send(
    provider: Provider, sender: Sender, lot: list[Rendered], shell: EmailShell | None
) -> list[HandedOver]:
    """Try until the provider takes or refuses each, or leaves us without an answer; a few times at the most."""
    outcomes: dict[str, Outcome] = {}
    left: list[Outgoing] = [one.outgoing for one in lot if one.outgoing is not None]
    for pause in (0.0, *PAUSES):
        if pause:
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311
        answers = provider.send(sender, left, shell)
        outcomes |= {one.delivery_id: answer for one, answer in zip(left, answers, strict=True)}
        left = [one for one in left if isinstance(outcomes[one.delivery_id], Postponed)]
        if not left:
            break
    return [
        HandedOver(one.delivery, outcomes[one.delivery.id], provider.name, one.subject, one.links)
        for one in lot
    ]
