"""What every email provider must do, run against SES (a server that answers as SES does) and the fake of the other tests."""

import json
import os
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from local.engine import Engine
from regulars.kernel.aws import client
from regulars.messaging.content import EmailContent
from regulars.messaging.model import Sender
from regulars.messaging.providers.email import Accepted, Email, EmailProvider, Lost, Postponed, Rejected
from regulars.messaging.providers.ses import SesProvider
from tests.unit.messaging.fake_provider import FakeProvider

# Address to (HTTP status, error code); None: the connection is closed without an answer.
ANSWERS: dict[str, tuple[int, str] | None] = {
    "throttled": (429, "TooManyRequestsException"),
    "paused": (400, "SendingPausedException"),
    "rejected": (400, "MessageRejected"),
    "lost": None,
    "broken": (500, "InternalFailure"),
}


class SesLike(BaseHTTPRequestHandler):
    requests: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.requests.append(body)
        answer = ANSWERS.get(body["Destination"]["ToAddresses"][0].partition("@")[0], (200, ""))
        if answer is None:
            self.close_connection = True
            return
        status, code = answer
        text = json.dumps({"message": code} if code else {"MessageId": f"ses-{len(self.requests)}"}).encode()
        self.send_response(status)
        if code:
            self.send_header("x-amzn-errortype", code)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *given: Any) -> None:
        pass


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[SesProvider]:
    SesLike.requests = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SesLike) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(os.environ, "AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
        yield SesProvider("regulars-test")
        server.shutdown()


@pytest.fixture(params=["ses", "fake"])
def provider(request: pytest.FixtureRequest) -> EmailProvider:
    return request.getfixturevalue("ses") if request.param == "ses" else FakeProvider()


def email(to: str) -> Email:
    return Email(
        Sender("Shop\r\nBcc: eve@example.test", "shop@example.test", "help@example.test"),
        f"{to}@example.test",
        EmailContent("Subject\r\nBcc: eve@example.test", "<p>Żółć</p>", "Żółć"),
        {"delivery": "dlv_1", "tenant": "ten_1"},
    )


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("ann", Accepted),
        ("throttled", Postponed),
        ("paused", Postponed),
        ("rejected", Rejected),
        ("lost", Lost),
    ],
)
def test_each_ending_is_told_apart(provider: EmailProvider, to: str, outcome: type) -> None:
    found = provider.send(email(to))
    assert isinstance(found, outcome)
    assert isinstance(found, Postponed) is (to in {"throttled", "paused"})
    if isinstance(found, Postponed):
        assert found.throttled is (to == "throttled")


def test_a_lost_answer_is_not_asked_for_again(ses: SesProvider) -> None:
    ses.send(email("lost"))
    assert len(SesLike.requests) == 1


def test_a_failure_inside_ses_may_have_sent_it(ses: SesProvider) -> None:
    assert isinstance(ses.send(email("broken")), Lost)
    assert len(SesLike.requests) == 1


def test_nobody_listening_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert isinstance(SesProvider("").send(email("ann")), Postponed)


def test_the_request_carries_tags_and_no_line_breaks(ses: SesProvider) -> None:
    ses.send(email("ann"))

    request = SesLike.requests[0]
    assert request["FromEmailAddress"] == '"Shop Bcc: eve@example.test" <shop@example.test>'
    assert request["Content"]["Simple"]["Subject"]["Data"] == "Subject Bcc: eve@example.test"
    assert request["EmailTags"] == [
        {"Name": "delivery", "Value": "dlv_1"},
        {"Name": "tenant", "Value": "ten_1"},
    ]
    assert request["ConfigurationSetName"] == "regulars-test"
    assert request["ReplyToAddresses"] == ["help@example.test"]


def test_the_engine_takes_the_mail_of_a_verified_sender_only(engine: Engine) -> None:
    provider = SesProvider("")
    assert isinstance(provider.send(email("ann")), Rejected)
    client("sesv2").create_email_identity(EmailIdentity="shop@example.test")
    assert isinstance(provider.send(email("ann")), Accepted)
