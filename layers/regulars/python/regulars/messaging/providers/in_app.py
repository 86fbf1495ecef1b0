"""In-app messages: our own inbox is the provider. Putting the same message twice puts it once, so nothing is ever lost here."""

from collections.abc import Sequence

from pynamodb.exceptions import PynamoDBException

from regulars.kernel.clock import clock
from regulars.kernel.errors import RegularsError
from regulars.kernel.tenancy import tagged_tenant
from regulars.messaging.content import EmailShell, InAppContent
from regulars.messaging.inbox import put
from regulars.messaging.model import Channel, Sender
from regulars.messaging.providers.port import Accepted, Outcome, Outgoing, Postponed, one_by_one


class Inboxes:
    name = "inbox"
    channel = Channel.IN_APP
    most = 25

    def __init__(self) -> None:
        self._clock = clock()

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return one_by_one(batch, self._send_one)

    def _send_one(self, one: Outgoing) -> Outcome:
        tenant = tagged_tenant(one.tags.get("tenant", ""))
        if tenant is None or not isinstance(one.content, InAppContent):
            raise TypeError("an in-app message needs a tenant and an in-app message's content")
        try:
            put(tenant, one.customer_id, one.delivery_id, one.content, self._clock.now())
        except (RegularsError, PynamoDBException) as error:
            return Postponed(type(error).__name__)
        return Accepted(one.delivery_id)
