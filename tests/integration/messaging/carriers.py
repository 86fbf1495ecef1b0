"""Every provider with what it takes, and a way to have its other side behave: for the contract that they share."""

import socketserver
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from regulars.kernel.errors import UnavailableError
from regulars.kernel.tenancy import Tenant
from regulars.messaging import inbox_store
from regulars.messaging.content import (
    Content,
    EmailContent,
    EmailShell,
    InAppContent,
    PushContent,
    SmsContent,
    WalletContent,
    WebhookContent,
)
from regulars.messaging.model import Sender
from regulars.messaging.providers import in_app, outside
from regulars.messaging.providers.in_app import Inboxes
from regulars.messaging.providers.port import Outcome, Outgoing, Provider, tags_of
from regulars.messaging.providers.push import PinpointPush
from regulars.messaging.providers.ses import SesMail
from regulars.messaging.providers.sms import EndUserMessaging, SnsTexts
from regulars.messaging.providers.sns_push import SnsPush
from regulars.messaging.providers.wallet import NoPasses
from regulars.messaging.providers.webhook import Webhooks
from tests.simulated import Simulated

SENDER = Sender("Kettle & Co", "shop@example.test", "help@example.test")
SHELL = EmailShell("Hello {{p0}}", "<p>Hello {{p0}}, {{p1}}</p>", "Hello {{p0}}, {{p1}}")
TEXT, PUSH = SmsContent("Hello"), PushContent("Hello", "Welcome", "https://shop.test")
CUSTOMER = "cus_01J00000000000000000000000"


class Carrier(ABC):
    """A provider under test. `behave` has the next call end as it is told; `None` in `ENDINGS` says that it cannot."""

    shell: EmailShell | None = None
    # How often what was sent has arrived does not matter, because a repeat changes nothing.
    repeatable = False
    cannot: frozenset[str] = frozenset()

    def __init__(self, provider: Provider, tenant: Tenant, content: Content, to: str) -> None:
        self.provider = provider
        self.tenant = tenant
        self.content = content
        self.to = to
        self._made = 0

    @abstractmethod
    def behave(self, how: str) -> None:
        """`accept`, `throttle`, `pause`, `reject`, `fail`, `lose_answers` or `stall`."""

    @abstractmethod
    def arrived(self) -> list[str]:
        """The ids of the deliveries that arrived, in order."""

    def outgoing(self, **changes: Any) -> Outgoing:
        self._made += 1
        identifier = f"dlv_01J0000000{self._made:016d}"
        given = {
            "delivery_id": identifier,
            "customer_id": CUSTOMER,
            "to": self.to,
            "content": self.content,
            "tags": tags_of(self.tenant, identifier, CUSTOMER, self.provider.channel),
            "parts": {"p0": "Ann", "p1": "welcome"} if self.shell else {},
        }
        return Outgoing(**(given | changes))

    def send(self, *batch: Outgoing, sender: Sender = SENDER) -> Sequence[Outcome]:
        return self.provider.send(sender, batch, self.shell)


class BySimulator(Carrier):
    def __init__(self, simulator: Simulated, provider: Provider, tenant: Tenant, content: Content, to: str):
        super().__init__(provider, tenant, content, to)
        self.simulator = simulator
        self._seen = len(simulator.mailbox.messages())

    def behave(self, how: str) -> None:
        self.simulator.faults.change({} if how == "accept" else {how: 1})

    def captured(self) -> list[dict[str, Any]]:
        return self.simulator.mailbox.messages()[self._seen :]

    def arrived(self) -> list[str]:
        return [message["tags"]["delivery"] for message in self.captured()]


class Many(BySimulator):
    """Mails that share a shell."""

    shell = SHELL


class Answering(socketserver.ThreadingTCPServer):
    """A server whose next answer is set from outside."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.next = "accept"
        self.bodies: list[bytes] = []
        self.heads: list[dict[str, str]] = []
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def comes_before(self, body: bytes) -> bool:
        """Whether a request only prepares the one that is to end as it was told."""
        return False

    def answer_of(self, how: str, body: bytes) -> tuple[int, str]:
        raise NotImplementedError


class _Answer(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        how = "accept" if self.server.comes_before(body) else self.server.next
        self.server.next = "accept" if how == self.server.next else self.server.next
        status, text = self.server.answer_of(how, body)
        if how in ("accept", "lose_answers", "stall"):
            self.server.bodies.append(body)
            self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        if how == "stall":
            self.server.released.wait(5)
        if how in ("lose_answers", "stall"):
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *given: Any) -> None:
        pass


class SnsLike(Answering):
    """SNS's query protocol, as far as publishing goes."""

    CODES = {
        "throttle": (429, "Throttled"),
        "pause": (403, "AuthorizationError"),
        "reject": (400, "InvalidParameter"),
        "fail": (500, "InternalFailure"),
        "gone": (400, "EndpointDisabled"),
    }

    def comes_before(self, body: bytes) -> bool:
        return b"Action=CreatePlatformEndpoint" in body

    def answer_of(self, how: str, body: bytes) -> tuple[int, str]:
        if self.comes_before(body):
            arn = "<EndpointArn>arn:aws:sns:us-east-1:000000000000:endpoint/GCM/shop/1</EndpointArn>"
            return 200, _xml("CreatePlatformEndpoint", arn)
        if how in self.CODES:
            status, code = self.CODES[how]
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>"
            return status, f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
        return 200, _xml("Publish", f"<MessageId>sns-{len(self.bodies)}</MessageId>")


def _xml(action: str, inner: str) -> str:
    return f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"


class HookLike(Answering):
    STATUSES = {"throttle": 429, "pause": 503, "reject": 400, "fail": 503, "accept": 204}

    def answer_of(self, how: str, body: bytes) -> tuple[int, str]:
        return self.STATUSES.get(how, 200), ""


class ByServer(Carrier):
    def __init__(self, server: Answering, provider: Provider, tenant: Tenant, content: Content, to: str):
        super().__init__(provider, tenant, content, to)
        self.server = server

    def behave(self, how: str) -> None:
        self.server.next = how

    def arrived(self) -> list[str]:
        sent = [body for body in self.server.bodies if b"CreatePlatformEndpoint" not in body]
        return ["?"] * len(sent)


class ByHook(ByServer):
    def arrived(self) -> list[str]:
        return [head["webhook-id"] for head in self.server.heads]


class ByInbox(Carrier):
    repeatable = True
    cannot = frozenset({"throttle", "reject", "stall"})

    def __init__(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(Inboxes(), tenant, InAppContent("Hello", "Welcome"), CUSTOMER)
        self._monkeypatch = monkeypatch

    def behave(self, how: str) -> None:
        real = in_app.put

        def put(*given: Any) -> None:
            self._monkeypatch.setattr(in_app, "put", real)
            if how == "lose_answers":
                real(*given)
            raise UnavailableError

        if how != "accept":
            self._monkeypatch.setattr(in_app, "put", put)

    def arrived(self) -> list[str]:
        found = inbox_store.every_message(self.tenant, CUSTOMER)
        return sorted(message.id for message in found)


class ByNobody(Carrier):
    cannot = frozenset({"accept", "throttle", "pause", "fail", "lose_answers", "stall"})

    def behave(self, how: str) -> None:
        pass

    def arrived(self) -> list[str]:
        return []


@contextmanager
def carrier(
    name: str, tenant: Tenant, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Carrier]:
    """The provider of that name, in working order."""
    if name in ("sns_texts", "sns_push"):
        with _served(SnsLike()) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
            yield _by_sns(name, server, tenant)
    elif name == "webhook":
        monkeypatch.setattr(outside, "_SECONDS", 0.5)
        with _served(HookLike()) as server:
            content = WebhookContent('{"hello": "Ann"}')
            yield ByHook(server, Webhooks(to_loopback=True), tenant, content, f"{server.url}/hook")
    elif name == "in_app":
        yield ByInbox(tenant, monkeypatch)
    elif name == "wallet":
        yield ByNobody(NoPasses(), tenant, WalletContent("Hello"), CUSTOMER)
    else:
        yield _by_simulator(name, simulator, tenant)


def _by_simulator(name: str, simulator: Simulated, tenant: Tenant) -> Carrier:
    if name == "ses":
        mail = EmailContent("Hello", "<p>Hello</p>", "Hello")
        return BySimulator(simulator, SesMail("set"), tenant, mail, "ann@example.test")
    if name == "ses_bulk":
        return Many(simulator, SesMail("set"), tenant, EmailContent("", "", ""), "ann@example.test")
    if name == "end_user_messaging":
        return BySimulator(simulator, EndUserMessaging("set"), tenant, TEXT, "+14155550100")
    return BySimulator(simulator, PinpointPush("shop"), tenant, PUSH, "android:token-1")


def _by_sns(name: str, server: SnsLike, tenant: Tenant) -> Carrier:
    if name == "sns_texts":
        return ByServer(server, SnsTexts(), tenant, TEXT, "+14155550100")
    application = "arn:aws:sns:us-east-1:000000000000:app/GCM/shop"
    return ByServer(server, SnsPush(f"android={application}"), tenant, PUSH, "android:token-1")


@contextmanager
def _served(server: Any) -> Iterator[Any]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


NAMES = (
    "ses",
    "ses_bulk",
    "end_user_messaging",
    "sns_texts",
    "pinpoint",
    "sns_push",
    "webhook",
    "in_app",
    "wallet",
)
