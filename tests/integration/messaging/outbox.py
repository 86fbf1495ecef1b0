"""Providers and a template for tests of sending: what is handed over is kept, and the address says how it ends."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from regulars import customers
from regulars.customers import CustomerRef
from regulars.customers.model import Profile
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import Consent, ConsentState, Contact
from regulars.messaging.contact_store import read_contact, save_contact
from regulars.messaging.content import Content, EmailContent, EmailShell, PushContent, SmsContent
from regulars.messaging.delivery_list_store import DeliveryFilter, page_deliveries
from regulars.messaging.dispatch_model import Dispatch, Door
from regulars.messaging.dispatches import open_dispatch
from regulars.messaging.model import Channel, Choice, Delivery, Message, Sender
from regulars.messaging.providers.port import Accepted, Lost, Outcome, Outgoing, Postponed, Rejected

__all__ = ["CustomerRef"]
Hook = Callable[[Sequence[Outgoing]], None]


@dataclass
class FakeProvider:
    """`throttled…`, `paused…`, `rejected…`, `lost…` (it goes out, the answer does not come back); others arrive."""

    channel: Channel
    name: str = "fake"
    most: int = 48
    sent: list[Outgoing] = field(default_factory=list)
    tries: int = 0
    before: Hook = lambda batch: None
    after: Hook = lambda batch: None
    lock: Any = field(default_factory=threading.Lock)

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        self.before(batch)
        with self.lock:
            self.tries += 1
            outcomes = [self._one(one) for one in batch]
        self.after(batch)
        return outcomes

    def _one(self, outgoing: Outgoing) -> Outcome:
        if outgoing.to.startswith("throttled"):
            return Postponed("TooManyRequestsException", throttled=True)
        if outgoing.to.startswith("paused"):
            return Postponed("SendingPausedException")
        if outgoing.to.startswith("rejected"):
            return Rejected("MessageRejected")
        self.sent.append(outgoing)
        if outgoing.to.startswith("lost"):
            return Lost("ReadTimeoutError")
        return Accepted(f"{self.name}-{outgoing.delivery_id}")

    @property
    def customers(self) -> list[str]:
        return [one.customer_id for one in self.sent]


@dataclass(frozen=True)
class FakeContent:
    """`Hello <name>`, by a shell and a part for mails; a customer named Broken cannot be written to."""

    channel: Channel
    language: str
    subject: str = ""
    reads: frozenset[str] = frozenset({"customer.name", "data.words"})
    needs_segments: frozenset[str] = frozenset()
    needs_shown: Mapping[str, Any] = field(default_factory=dict)
    static_links: tuple[str, ...] = ("https://shop.test/",)

    @property
    def shell(self) -> EmailShell | None:
        if self.channel is not Channel.EMAIL:
            return None
        return EmailShell(self.subject or "News", "<p>Hello {{p0}}</p>", "Hello {{p0}}")

    def parts(self, context: Mapping[str, Any], links: Any) -> dict[str, str]:
        return {"p0": _name(context) + str(context.get("data", {}).get("words") or "")}

    def render(self, context: Mapping[str, Any], links: Any) -> Content:
        words = "Hello " + self.parts(context, links)["p0"]
        match self.channel:
            case Channel.EMAIL:
                return EmailContent(self.subject or "News", f"<p>{words}</p>", words)
            case Channel.SMS:
                return SmsContent(words)
            case _:
                return PushContent("News", words)


def _name(context: Mapping[str, Any]) -> str:
    from regulars.messaging.templates import TemplateError

    name = str(context.get("customer", {}).get("name") or "")
    if name.startswith("Broken"):
        raise TemplateError("a division by zero")
    return name


@dataclass(frozen=True)
class FakeTemplate:
    key: str = "news"
    version: int = 3
    category: str = "promotions"
    name: str = "News"
    id: str = "tpl_news"
    channels: frozenset[Channel] = frozenset({Channel.EMAIL, Channel.SMS, Channel.PUSH})

    def languages(self, channel: Channel) -> frozenset[str]:
        return frozenset({"en", "de"})

    def content(self, channel: Channel, language: str, subject: str = "") -> FakeContent:
        return FakeContent(channel, language, subject)


@dataclass
class Outbox:
    """The providers by channel, and what the queue of sends was told."""

    email: FakeProvider = field(default_factory=lambda: FakeProvider(Channel.EMAIL))
    sms: FakeProvider = field(default_factory=lambda: FakeProvider(Channel.SMS))
    push: FakeProvider = field(default_factory=lambda: FakeProvider(Channel.PUSH))
    queued: list[tuple[Any, int]] = field(default_factory=list)
    templates: dict[str, FakeTemplate] = field(default_factory=dict)

    def provider(self, channel: Channel) -> FakeProvider | None:
        return {Channel.EMAIL: self.email, Channel.SMS: self.sms, Channel.PUSH: self.push}.get(channel)

    def compiled(self, tenant: Tenant, key: str, version: int = 0) -> FakeTemplate:
        from regulars.kernel.errors import NotFoundError

        if key in self.templates:
            return self.templates[key]
        if key not in ("news", "order", "digest"):
            raise NotFoundError("there is no such template")
        category = "order_updates" if key == "order" else "promotions"
        return FakeTemplate(key, category=category)

    def enqueue(self, work: Any, delay: int = 0) -> None:
        self.queued.append((work, delay))

    def enqueue_all(self, pieces: Any) -> None:
        self.queued += [(piece, 0) for piece in pieces]

    def taken(self) -> list[Any]:
        """What was queued since this was last asked."""
        queued, self.queued = self.queued, []
        return [work for work, _ in queued]


def use(monkeypatch: pytest.MonkeyPatch, *, own_templates: bool = True) -> Outbox:
    """Have sending use an outbox of its own in this test, and the templates above unless said otherwise."""
    from regulars.kernel import sends
    from regulars.messaging.sending import going_on, handing_over, people, watching

    outbox = Outbox()
    monkeypatch.setattr(people, "provider_for", outbox.provider)
    monkeypatch.setattr(handing_over, "provider_for", outbox.provider)
    monkeypatch.setattr(handing_over, "PAUSES", (0.0,))
    if own_templates:
        monkeypatch.setattr(going_on, "compiled", outbox.compiled)
    monkeypatch.setattr(sends, "enqueue", outbox.enqueue)
    monkeypatch.setattr(sends, "enqueue_all", outbox.enqueue_all)
    watching.forget_looks()
    return outbox


def person(tenant: Tenant, now: datetime, name: str, *, consent: bool = True, **profile: Any) -> str:
    """A customer `<name>@example.test`, who has agreed to marketing mails unless said otherwise."""
    mail = profile.pop("email", f"{name.lower()}@example.test")
    one = customers.create(tenant, Profile(name=name, email=mail, **profile), now=now).id
    if consent:
        agree(tenant, one, now)
    return one


def agree(
    tenant: Tenant, customer_id: str, now: datetime, state: ConsentState = ConsentState.GRANTED
) -> None:
    """Consent to everything, or whatever else is said of it."""
    change(tenant, customer_id, consents=dict.fromkeys(Channel, Consent(state, now, "test")))


def change(tenant: Tenant, customer_id: str, **changes: Any) -> Contact:
    """Write a contact."""
    from dataclasses import replace

    contact = replace(read_contact(tenant, customer_id), **changes)
    transaction = Transaction(tenant)
    save_contact(transaction, contact, RuntimeError("moved"))
    transaction.commit()
    return contact


def dispatch(tenant: Tenant, now: datetime, **changes: Any) -> Dispatch:
    """An open dispatch of the news by mail."""
    identifier = changes.pop("id", f"dsp_{tenant.id[4:]}")
    message: dict[str, Any] = {
        "key": f"news:{identifier}",
        "at": now,
        "template": "news",
        "channels": (Channel.EMAIL,),
        "category": "promotions",
        "choice": Choice.ALL,
        "dispatch_id": identifier,
    }
    own = {
        name: changes.pop(name) for name in ("throttle_per_minute", "hold_out", "planned") if name in changes
    }
    made = Dispatch(identifier, "news", Message(**(message | changes)), Door.OPEN, now, **own)
    transaction = Transaction(tenant)
    open_dispatch(transaction, made)
    transaction.commit()
    return made


def deliveries(tenant: Tenant, **wanted: Any) -> list[Delivery]:
    """All deliveries of a tenant, or those of a customer."""
    return page_deliveries(tenant, DeliveryFilter(**wanted), limit=100).items


def only(tenant: Tenant, customer_id: str) -> Delivery:
    """The one delivery of a customer."""
    (found,) = deliveries(tenant, customer_id=customer_id)
    return found


@contextmanager
def once_before(provider: FakeProvider, work: Callable[[], Any]) -> Iterator[None]:
    """Do `work` before the provider is handed the next batch."""

    def hook(batch: Sequence[Outgoing]) -> None:
        provider.before = lambda batch: None
        work()

    provider.before = hook
    yield
