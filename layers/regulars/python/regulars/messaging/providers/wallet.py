"""Wallet passes. Customers have none yet, so nothing can be updated and each message says so."""

from collections.abc import Sequence

from regulars.messaging.content import EmailShell
from regulars.messaging.model import Channel, Sender
from regulars.messaging.providers.port import Outcome, Outgoing, Rejected


class NoPasses:
    name = "none"
    channel = Channel.WALLET
    most = 100

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return [Rejected("the customer has no pass")] * len(batch)
