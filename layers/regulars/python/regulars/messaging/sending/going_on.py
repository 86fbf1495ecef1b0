"""What follows a claim: render, hand over, record; what the provider would not take yet waits in the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.kernel import sends
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Contact
from regulars.messaging.model import Delivery, Message, State
from regulars.messaging.sending.claiming import Claimed
from regulars.messaging.sending.handing_over import hand_over
from regulars.messaging.sending.people import Person, Shop
from regulars.messaging.sending.recording import Recorder, longest_wait
from regulars.messaging.sending.rendering import Renderer
from regulars.messaging.templates import Compiled, compiled


@dataclass(frozen=True, slots=True)
class Sending:
    """One message of a shop on its way; `number` chooses the gate of its dispatch."""

    shop: Shop
    message: Message
    compiled: Compiled | None
    now: datetime
    number: int = 0

    @property
    def marketing(self) -> bool:
        return not self.shop.category(self.message.category).transactional

    def recorder(self) -> Recorder:
        return Recorder(self.shop, self.now, self.message.dispatch_id, self.number)

    def finish(self, done: Claimed, people: Mapping[str, Person]) -> list[Delivery]:
        """Send what is claimed; answers all that was written, as it stands afterwards."""
        ended: list[Delivery] = []
        if done.claimed and self.compiled is not None:
            contacts = {one: person.contact for one, person in people.items()}
            ended = self._send(self.compiled, done.claimed, contacts)
        return [one for one in done.written if one.state is not State.SENDING] + ended

    def _send(
        self, template: Compiled, claimed: Sequence[Delivery], contacts: Mapping[str, Contact]
    ) -> list[Delivery]:
        renderer = Renderer(self.shop, template, self.message.subject, self.marketing)
        ended = self.recorder().record(hand_over(renderer, claimed, contacts))
        waiting = [one for one in ended if one.state is State.QUEUED]
        if waiting:
            # After the record: should we die in between, the message that brought us here comes again and finds them queued.
            sends.enqueue(waiting_of(self.shop.tenant, waiting), delay=longest_wait(waiting))
        return ended


def waiting_of(tenant: Tenant, deliveries: Sequence[Delivery]) -> sends.Waiting:
    """The work of carrying deliveries on."""
    return sends.Waiting(tenant, tuple((one.customer_id, one.id) for one in deliveries))


def template_of(tenant: Tenant, message: Message) -> Compiled | None:
    """The message's template; None when there is none, or none published, which the decision then says."""
    try:
        return compiled(tenant, message.template, message.version)
    except NotFoundError:
        return None
