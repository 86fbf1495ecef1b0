"""The real local run, as `make run` starts it: empty, on ports and in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from local.paths import ROOT
from local.ports import free_port

START_SECONDS = 120
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and the body as text."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


class LocalRun:
    """One `python -m local` and the ways to talk to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.engine_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoints(self) -> dict[str, Any]:
        """What `.local/endpoints.json` says."""
        content: dict[str, Any] = json.loads((self.folder / "endpoints.json").read_text())
        return content

    def start(self) -> "LocalRun":
        """Starts it and returns when the front door is open."""
        started = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {
            "REGULARS_LOCAL": str(self.folder),
            "REGULARS_PORT": str(self.port),
            "ENGINE_PORT": str(self.engine_port),
            "DEMO": "none",
        }
        with (self.folder / "run.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(started)
        return self

    def stop(self) -> int:
        """Sends SIGTERM, as a service manager does, and answers the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(120)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request to the front door; a body that is not bytes is sent as JSON."""
        sent = dict(headers or {})
        if token:
            sent["authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data=body, method=method, headers=sent)
        try:
            with _no_redirects.open(request, timeout=60) as answer:
                return _read(answer)
        except urllib.error.HTTPError as error:
            with error:
                return _read(error)

    def token(self, **claims: str) -> str:
        """A token minted by the local tool."""
        return str(self.call("POST", "/_local/token", claims).json()["token"])

    def open_shop(self) -> tuple[str, str]:
        """Makes a tenant as the operator does; its id and its owner's address."""
        email = f"owner@{uuid4().hex[:8]}.example"
        body = {
            "name": "Corner Shop",
            "time_zone": "Europe/London",
            "currency": "GBP",
            "sender": {"name": "Corner Shop", "email": "hello@corner-shop.example"},
            "owner": {"email": email, "name": "Olivia Owner"},
        }
        answer = self.call("POST", "/tenants", body, token=self.token(role="operator"))
        assert answer.status == 201, answer.text
        return str(answer.json()["id"]), email

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """What was sent to the address, oldest first."""
        messages: list[dict[str, Any]] = self.call("GET", f"/_local/mailbox/messages?to={address}").json()
        return messages

    def advance(self, duration: str) -> str:
        """Moves the virtual time forward and answers the new moment."""
        return str(self.call("POST", "/_local/clock", {"advance": duration}).json()["now"])

    def _wait(self, started: float) -> None:
        while time.monotonic() - started < START_SECONDS:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                self.call("GET", "/_local/mailbox/messages")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the local run did not start:\n{(self.folder / 'run.log').read_text()}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_no_redirects = urllib.request.build_opener(_NoRedirects)


def _read(answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, headers, answer.read().decode())


def eventually(look: Callable[[], T], seconds: float = 20) -> T:
    """The first truthy value that looking gives; fails after the seconds."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"nothing came of it in {seconds} s"
        time.sleep(0.05)
    return seen
