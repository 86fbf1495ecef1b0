"""Webhooks: the message as JSON, posted to the tenant's own server and signed as Standard Webhooks says.

`webhook-signature: v1,<base64>` is HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>` with the tenant's key; for a day
after that was rotated a second one follows. The id is the delivery's, so that a receiver who gets a message twice can tell.
"""

from collections.abc import Sequence

from regulars.kernel.clock import SystemClock
from regulars.kernel.settings import WebhookSettings
from regulars.kernel.tenancy import tagged_tenant
from regulars.messaging.content import EmailShell, WebhookContent
from regulars.messaging.model import Channel, Sender
from regulars.messaging.providers.outside import Answered, NotAllowedError, NotReachedError, Target, post
from regulars.messaging.providers.port import (
    Accepted,
    Lost,
    Outcome,
    Outgoing,
    Postponed,
    Rejected,
    one_by_one,
)
from regulars.messaging.webhook_keys import signatures

LARGEST = 256 * 1024


class Webhooks:
    name = "webhook"
    channel = Channel.WEBHOOK
    most = 5

    def __init__(self, *, to_loopback: bool = False) -> None:
        self._to_loopback = to_loopback
        self._clock = SystemClock()

    @classmethod
    def from_settings(cls) -> "Webhooks":
        return cls(to_loopback=WebhookSettings.load().webhooks_to_loopback == "yes")

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return one_by_one(batch, self._send_one)

    def _send_one(self, one: Outgoing) -> Outcome:
        tenant = tagged_tenant(one.tags.get("tenant", ""))
        if tenant is None or not isinstance(one.content, WebhookContent):
            raise TypeError("a webhook needs a tenant and a webhook's content")
        body = one.content.body.encode()
        if len(body) > LARGEST:
            return Rejected("larger than 256 KB")
        now = self._clock.now()
        moment = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "Regulars",
            "webhook-id": one.delivery_id,
            "webhook-timestamp": moment,
            "webhook-signature": signatures(tenant, one.delivery_id, moment, body, now),
        }
        try:
            target = Target.of(one.to, to_loopback=self._to_loopback)
            answered = post(target, body, headers)
        except NotAllowedError as error:
            return Rejected(str(error))
        except NotReachedError as error:
            return Postponed(str(error))
        return _outcome(one, answered)


def _outcome(one: Outgoing, answered: Answered | None) -> Outcome:
    if answered is None:
        return Lost("no answer")
    status = answered.status
    told = f"HTTP {status}"
    if 200 <= status < 300:
        return Accepted(one.delivery_id)
    if status in (408, 425, 429):
        return Postponed(told, throttled=status == 429)
    # The receiver says itself that it failed; the id tells it a repeat.
    return Postponed(told) if status >= 500 else Rejected(told)
