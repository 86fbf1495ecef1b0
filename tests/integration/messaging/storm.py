"""A storm over the send path: a dispatch to many, several workers, and everything goes wrong that can.

Workers die before and after each call to AWS and to the provider, calls are throttled or their answers lost, messages of the
queue come twice and in any order, what failed too often lies in the dead-letter queue and is redriven twice. The provider
keeps what it took: that is what the records are compared with.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NoReturn

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError

from regulars.customers import FactsItem, facts_key
from regulars.kernel import secret, sends
from regulars.kernel.ids import new_id
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.content import EmailShell
from regulars.messaging.dispatch_model import BATCH, Dispatch, Door
from regulars.messaging.dispatches import open_dispatch
from regulars.messaging.model import Channel, Message, Sender
from regulars.messaging.providers import registry
from regulars.messaging.providers.port import Accepted, Lost, Outcome, Outgoing, Postponed, Rejected
from regulars.messaging.sending import going_on, handing_over, people
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.sending.carrying_on import carry_on
from regulars.messaging.templates import Compiled
from tests.integration.killing import KilledError

RECEIVES = 5
# Between two rounds every attempt that nobody ended has become old.
ROUND = timedelta(seconds=100)


@dataclass(frozen=True)
class Weather:
    """How likely each misfortune is, at each call."""

    dies: float = 0.02
    throttled: float = 0.02
    answer_lost: float = 0.01
    provider_dies: float = 0.05
    provider_throttles: float = 0.1
    provider_loses: float = 0.03
    rejects: float = 0.02
    duplicates: float = 0.15


CALM = Weather(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class Mailer:
    """A provider that keeps what it took, by delivery."""

    random: Random
    weather: Weather
    taken: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    deaths: int = 0
    customers: dict[str, str] = field(default_factory=dict)
    name: str = "storm"
    channel: Channel = Channel.EMAIL
    most: int = 50

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        chance = self.random.random()
        if chance < self.weather.provider_throttles:
            return [Postponed("slow down", throttled=True) for _ in batch]
        chance -= self.weather.provider_throttles
        if chance < self.weather.provider_dies:
            self._die()
        outcomes = [self._take(one) for one in batch]
        if chance < 2 * self.weather.provider_dies:
            self._die()
        return outcomes

    def _die(self) -> NoReturn:
        self.deaths += 1
        raise KilledError

    def _take(self, one: Outgoing) -> Outcome:
        chance = self.random.random()
        if chance < self.weather.rejects:
            self.refused.add(one.delivery_id)
            return Rejected("no such box")
        if chance < self.weather.rejects + self.weather.provider_loses:
            # Half of them were taken all the same.
            self.lost.add(one.delivery_id)
            if self.random.random() < 0.5:
                self._keep(one)
            return Lost("timed out")
        if chance < self.weather.rejects + 2 * self.weather.provider_loses:
            return Postponed("busy")
        self._keep(one)
        return Accepted(f"msg-{one.delivery_id}")

    def _keep(self, one: Outgoing) -> None:
        self.taken[one.delivery_id] += 1
        self.customers[one.delivery_id] = one.customer_id


@dataclass
class Letter:
    """A message of the queue."""

    body: dict[str, Any]
    received: int = 0


class Storm:
    """One seeded run."""

    def __init__(self, tenant: Tenant, seed: int, now: datetime, size: int, weather: Weather) -> None:
        self.tenant, self.now, self.weather = tenant, now, weather
        self.random = Random(seed)
        self.mailer = Mailer(Random(seed + 1), weather)
        self.customers = make_customers(tenant, size, now)
        self.queue: list[Letter] = []
        self.delayed: list[Letter] = []
        self.dead: list[Letter] = []
        self.done: list[Letter] = []
        self._lock = threading.Lock()
        self._faults = False
        self.misfortunes = 0

    def open(self, category: str = "promotions", template: str = "storm") -> Dispatch:
        message = Message(
            f"storm:{new_id('run', self.now)}",
            self.now,
            template,
            (Channel.EMAIL,),
            category,
            campaign_id="cmp_storm",
        )
        dispatch = Dispatch(new_id("dsp", self.now), "storm", message, Door.OPEN, self.now)
        transaction = Transaction(self.tenant)
        open_dispatch(transaction, dispatch)
        transaction.commit()
        some = self.customers[:]
        self.random.shuffle(some)
        number = 0
        while some:
            size = self.random.randint(BATCH // 2, BATCH)
            batch, some = some[:size], some[size:]
            self.queue.append(Letter(sends.Batch(self.tenant, dispatch.id, number, tuple(batch)).message()))
            number += 1
        return dispatch

    def blow(self, workers: int) -> None:
        """Until the queue and its dead letters are empty; the first rounds are stormy, the last ones calm."""
        for stage in range(12):
            self._faults = stage < 4
            self.mailer.weather = self.weather if self._faults else CALM
            threads = [threading.Thread(target=self._work) for _ in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.now += ROUND
            self.queue, self.delayed = self.queue + self.delayed, []
            if stage in (4, 6):
                self._redrive()
            if stage > 6 and not self.queue and not self.dead:
                return

    def _redrive(self) -> None:
        """What died, and some of what was done, comes (again)."""
        again = self.dead + self.random.sample(self.done, min(3, len(self.done)))
        self.queue += [Letter(one.body) for one in again]
        self.dead = []

    def _take(self) -> Letter | None:
        with self._lock:
            if not self.queue:
                return None
            letter = self.queue.pop(self.random.randrange(len(self.queue)))
            letter.received += 1
            if self.random.random() < self.weather.duplicates and letter.received == 1:
                self.queue.append(Letter(letter.body, RECEIVES - 1))
            return letter

    def _work(self) -> None:
        waiting: list[Letter] = []
        while letter := self._take():
            try:
                self._handle(letter.body)
            except (KilledError, Exception):  # noqa: BLE001  (the queue brings it again whatever it was)
                with self._lock:
                    (self.dead if letter.received >= RECEIVES else waiting).append(letter)
            else:
                with self._lock:
                    self.done.append(letter)
        with self._lock:
            self.queue += waiting

    def _handle(self, body: dict[str, Any]) -> None:
        work = sends.work_of(body)
        if isinstance(work, sends.Batch):
            send_batch(work.tenant, work.dispatch_id, work.number, work.customer_ids, self.now)
        else:
            carry_on(work.tenant, work.refs, self.now)

    @contextmanager
    def over(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Misfortune at each call to AWS, the provider and the queue of the storm instead of those of the deployment."""
        original = BaseClient._make_api_call

        def call(client: Any, operation: str, arguments: Any) -> Any:
            before = self._before(operation)
            answer = original(client, operation, arguments)
            if before == "dies after":
                self._die()
            if before == "answer lost":
                raise ReadTimeoutError(endpoint_url="https://dynamodb")
            return answer

        def enqueue(work: sends.Batch | sends.Waiting, delay: int = 0) -> None:
            self._before("SendMessage")
            # What is delayed comes in the next round.
            with self._lock:
                (self.delayed if delay else self.queue).append(Letter(work.message()))

        # Fetched while nothing fails.
        secret.token_secret()
        with monkeypatch.context() as patch:
            patch.setattr(BaseClient, "_make_api_call", call)
            patch.setattr(sends, "enqueue", enqueue)
            patch.setattr(sends, "enqueue_all", lambda pieces: [enqueue(one) for one in pieces])
            for module in (registry, handing_over, people):
                patch.setattr(module, "provider_for", lambda channel: self.mailer)
            patch.setattr(going_on, "compiled", lambda tenant, key, version=0: LETTER)
            patch.setattr(handing_over, "PAUSES", (0.0, 0.0))
            yield

    def _before(self, operation: str) -> str:
        if not self._faults:
            return ""
        chance = self.random.random()
        for name, likely in (
            ("dies before", self.weather.dies / 2),
            ("dies after", self.weather.dies / 2),
            ("throttled", self.weather.throttled),
            ("answer lost", self.weather.answer_lost),
        ):
            if chance < likely:
                return self._misfortune(name, operation)
            chance -= likely
        return ""

    def _misfortune(self, name: str, operation: str) -> str:
        self.misfortunes += 1
        if name == "dies before":
            self._die()
        if name == "throttled":
            error = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
            raise ClientError(error, operation)
        return name

    def _die(self) -> NoReturn:
        raise KilledError


LETTER = Compiled(
    "storm",
    "tpl_storm",
    1,
    "promotions",
    "Storm",
    {
        Channel.EMAIL: {
            "en": {
                "subject": "For you, {{ customer.first_name }}",
                "html": "<p>Dear {{ customer.name }},</p><p><a href='https://shop.example/cup'>A cup</a></p>",
                "text": "Dear {{ customer.name }}",
            }
        }
    },
)


def make_customers(tenant: Tenant, count: int, now: datetime) -> list[str]:
    """Customers with an address and an order each: as much of them as sending reads."""
    ids = [new_id("cus", now) for _ in range(count)]
    with Item.batch_write() as batch:
        for number, one in enumerate(ids):
            batch.save(
                FactsItem(
                    *facts_key(tenant, one),
                    status="active",
                    name=f"Customer {number}",
                    email=f"c{number}@example.com",
                    orders=1,
                    created_at=now,
                )
            )
    return ids
