"""The simulated providers as `make run` has them, in a thread of a test."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from local.mailbox import Mailbox
from local.ports import free_port
from local.simulator.events import Event
from local.simulator.faults import Faults
from local.simulator.service import Providers
from local.simulator.telling import Teller

UNVERIFIED = "nobody-verified.test"
VARIABLES = {
    "AWS_ENDPOINT_URL_SESV2": "mail",
    "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": "texts",
    "AWS_ENDPOINT_URL_PINPOINT": "push",
}


@dataclass
class Heard:
    """What was told, in order."""

    mails: list[Event] = field(default_factory=list)
    texts: list[Event] = field(default_factory=list)

    def mail(self, event: Event) -> None:
        self.mails.append(event)

    def text(self, event: Event) -> None:
        self.texts.append(event)


@dataclass
class Simulated:
    """`url` is where the endpoints are; every sender but those of UNVERIFIED is verified."""

    url: str
    providers: Providers
    heard: Heard
    teller: Teller
    loop: asyncio.AbstractEventLoop

    @property
    def mailbox(self) -> Mailbox:
        return self.providers.mailbox

    @property
    def faults(self) -> Faults:
        return self.providers.faults

    def start_afresh(self, folder: Path) -> None:
        """Without faults, with an empty mailbox in the folder and nothing heard."""
        vars(self.faults).update(dict.fromkeys(vars(self.faults), 0))
        self.providers.mailbox = Mailbox(folder / "mailbox.jsonl")
        self.heard.mails.clear()
        self.heard.texts.clear()

    def settle(self) -> None:
        """Returns when everything was told that there is to tell."""
        asyncio.run_coroutine_threadsafe(self.teller.settle(), self.loop).result(30)

    @property
    def environment(self) -> dict[str, str]:
        """With which AWS's clients find the simulated providers."""
        return {name: f"{self.url}/_local/aws/{place}" for name, place in VARIABLES.items()}


@contextmanager
def simulated(folder: Path) -> Iterator[Simulated]:
    """A running simulator."""
    loop, port, heard = asyncio.new_event_loop(), free_port(), Heard()
    teller = Teller(heard, lambda: datetime.now(UTC))
    mailbox = Mailbox(folder / "mailbox.jsonl")
    providers = Providers(mailbox, teller, lambda address: not address.endswith(UNVERIFIED))
    runner = web.AppRunner(_application(providers), access_log=None, shutdown_timeout=0.1)

    def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run_coroutine_threadsafe(work(), loop).result(30)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    async def stop() -> None:
        await teller.end()
        await runner.cleanup()
        # Those that make a caller wait.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    run(start)
    try:
        yield Simulated(f"http://127.0.0.1:{port}", providers, heard, teller, loop)
    finally:
        run(stop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def pointed_at(simulator: Simulated) -> Iterator[None]:
    """Clients that are made in the block go to the simulator."""
    before = dict(os.environ)
    os.environ |= simulator.environment
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _application(providers: Providers) -> web.Application:
    app = web.Application(client_max_size=20 * 1024 * 1024)
    app.add_routes(providers.routes())
    return app
