"""`make run`: engine, template, front door and demo data in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import importlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from local.deployment import Deployment, DeploymentError, deploy
from local.endpoints import Endpoints
from local.engine import Engine, EngineError
from local.engine_state import saved_port
from local.front_door import FrontDoor, Upstream
from local.gaps import Senders, close_gaps
from local.lock import AlreadyRunningError, only_run
from local.logs import follow
from local.mailbox import Mailbox
from local.paths import LocalFolder, local_folder
from local.ports import LOOPBACK, free_port, is_free
from local.simulator.service import Providers
from local.simulator.telling import AwsWays, Teller
from local.virtual_clock import VirtualClock

FRONT_PORT = 8000
ENGINE_PORT = 4566
SEED_MODULE = "local.demo.seed"
LOOK_EVERY_SECONDS = 5
LAST_SECONDS = 2


@dataclass(frozen=True)
class Options:
    """What the environment asks for."""

    front_port: int
    engine_port: int | None
    demo: bool
    logs: bool

    @classmethod
    def from_environment(cls) -> "Options":
        """Reads REGULARS_PORT, ENGINE_PORT, DEMO and LOGS."""
        engine_port = os.environ.get("ENGINE_PORT")
        return cls(
            front_port=int(os.environ.get("REGULARS_PORT", FRONT_PORT)),
            engine_port=int(engine_port) if engine_port else None,
            demo=os.environ.get("DEMO", "retail") != "none",
            logs=bool(os.environ.get("LOGS")),
        )


class Supervisor:
    """Starts the parts in order, waits, and stops them in the opposite order."""

    def __init__(self, options: Options, folder: LocalFolder) -> None:
        self._options = options
        self._folder = folder
        self._started = time.monotonic()
        self._base = f"http://{LOOPBACK}:{options.front_port}"
        self._engine = Engine(folder.root, _engine_port(options, folder), persist=True)
        self._ending = threading.Event()

    def run(self) -> None:
        """Runs until a signal. Raises EngineError, DeploymentError or OSError when a part cannot start."""
        with self._engine:
            self.say(f"engine ready on {self._engine.endpoint_url}")
            deployment = deploy(self._engine, self._folder, self._base, self.say)
            close_gaps(self._engine, self._folder, deployment)
            asyncio.run(self._serve(deployment))
            self.say("stopping, keeping the data")

    def say(self, line: str) -> None:
        """One line of progress with the seconds since the start."""
        print(f"[{time.monotonic() - self._started:6.1f} s] {line}", flush=True)

    async def _serve(self, deployment: Deployment) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        clock = VirtualClock(self._engine, deployment)
        teller = Teller(AwsWays(self._engine, deployment.texts_topic), clock.now)
        senders = Senders(self._engine)
        providers = Providers(Mailbox(self._folder.mailbox), teller, senders.is_verified)
        upstream = Upstream(self._engine, deployment)
        door = FrontDoor(upstream, providers, clock, self._folder.secret.read_text())
        await door.start(LOOPBACK, self._options.front_port)
        endpoints = Endpoints.at(self._base, self._folder.endpoints)
        endpoints.write()
        self._announce(endpoints)
        self._in_background(lambda: self._seed(endpoints), wanted=self._options.demo)
        self._in_background(lambda: follow(self._engine, self._ending, print), wanted=self._options.logs)
        await self._until(ended)
        self._ending.set()
        # What is under way may still have something to send, and the providers something to tell of it.
        await asyncio.to_thread(clock.drain, LAST_SECONDS)
        await door.stop()
        await teller.end()
        await asyncio.to_thread(clock.drain, LAST_SECONDS)

    async def _until(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LOOK_EVERY_SECONDS)
            if not self._engine.is_running:
                raise EngineError(f"the engine went away: see {self._folder.engine_log}")

    def _in_background(self, work: Callable[[], None], *, wanted: bool) -> None:
        if wanted:
            threading.Thread(target=work, daemon=True).start()

    def _seed(self, endpoints: Endpoints) -> None:
        """Creates the demo tenants; it goes on where an earlier run was stopped."""
        seed = importlib.import_module(SEED_MODULE).seed
        try:
            seed(endpoints, self.say)
        except Exception as error:  # noqa: BLE001  (a failed demo must not take the run down)
            if not self._ending.is_set():
                self.say(f"the demo data could not be made: {type(error).__name__}: {error}")

    def _announce(self, endpoints: Endpoints) -> None:
        self.say("Regulars is up")
        for name in ("console", "api", "docs", "mailbox"):
            print(f"           {name:8} {getattr(endpoints, name)}", flush=True)
        print(
            f"           tokens and keys are in {self._folder.endpoints}; Ctrl-C stops and keeps the data",
            flush=True,
        )


def _engine_port(options: Options, folder: LocalFolder) -> int:
    """The port asked for, else the last one, else 4566, else any: the first that is free."""
    if options.engine_port is not None:
        return options.engine_port
    candidates = [port for port in (saved_port(folder.state), ENGINE_PORT) if port]
    return next((port for port in candidates if is_free(port)), None) or free_port()


def main() -> None:
    """Entry point of `python -m local`."""
    options, folder = Options.from_environment(), local_folder()
    folder.root.mkdir(parents=True, exist_ok=True)
    if not folder.secret.exists():
        folder.secret.touch(mode=0o600)
        folder.secret.write_text(secrets.token_urlsafe(48))
    if not is_free(options.front_port):
        raise SystemExit(
            f"port {options.front_port} is taken: choose another with REGULARS_PORT=8001 make run"
        )
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with only_run(folder.root / "lock", lambda line: print(line, flush=True)):
            Supervisor(options, folder).run()
    except KeyboardInterrupt:
        return
    except (AlreadyRunningError, EngineError, DeploymentError, OSError) as error:
        raise SystemExit(f"{error}") from error


def _interrupt(number: int, frame: object) -> None:
    """Before the event loop runs, SIGTERM ends the run as Ctrl-C does."""
    raise KeyboardInterrupt
