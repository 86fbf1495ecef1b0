"""The queue of messages to be sent. A queue message carries ids only, and who works on it reads the truth; the same one may
come twice and in any order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kernel import queue
from regulars.kernel.aws import client
from regulars.kernel.settings import SendsSettings
from regulars.kernel.tenancy import Tenant

# The queue's own bound.
LONGEST_DELAY = 900


@dataclass(frozen=True, slots=True)
class Batch:
    """Send the dispatch's message to these customers; `number` is the batch's in its dispatch."""

    tenant: Tenant
    dispatch_id: str
    number: int
    customer_ids: tuple[str, ...]

    def message(self) -> dict[str, Any]:
        return {
            "tenant": self.tenant.id,
            "dispatch": self.dispatch_id,
            "number": self.number,
            "customers": list(self.customer_ids),
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """Carry these deliveries on: pairs of customer and delivery id."""

    tenant: Tenant
    refs: tuple[tuple[str, str], ...]

    def message(self) -> dict[str, Any]:
        return {"tenant": self.tenant.id, "deliveries": [list(ref) for ref in self.refs]}


def enqueue(work: Batch | Waiting, delay: int = 0) -> None:
    """Tell the workers of one piece of work; `delay` in seconds, 900 at the most."""
    client("sqs").send_message(
        QueueUrl=SendsSettings.load().sends_queue_url,
        MessageBody=json.dumps(work.message(), separators=(",", ":")),
        DelaySeconds=min(delay, LONGEST_DELAY),
    )


def enqueue_all(pieces: Iterable[Batch | Waiting]) -> None:
    """Tell the workers of many, ten a call; what the queue refuses in a batch is sent by itself, and raises if that fails."""
    url = SendsSettings.load().sends_queue_url
    for some in queue.batches(pieces):
        for position in queue.send(url, [piece.message() for piece in some]):
            enqueue(some[position])


def work_of(message: dict[str, Any]) -> Batch | Waiting:
    """What a message of the queue asks for."""
    tenant = Tenant(message["tenant"])
    if "dispatch" in message:
        customers: Sequence[str] = message["customers"]
        return Batch(tenant, message["dispatch"], int(message["number"]), tuple(customers))
    return Waiting(tenant, tuple((customer, delivery) for customer, delivery in message["deliveries"]))
