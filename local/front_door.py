"""The one address of the local run: passes requests to the deployed API, and offers the local-only tools.

The tools lie below `/_local/` and exist in this process only; nothing of them is in any template.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from local.deployment import Deployment
from local.engine import Engine
from local.gaps import verify_senders
from local.inbox_socket import pass_on
from local.simulator.recipient import Recipient
from local.simulator.service import Providers
from local.tools import LocalTools
from local.virtual_clock import VirtualClock

MAX_LINE_BYTES = 64 * 1024
MAX_BODY_BYTES = 10 * 1024 * 1024
CONCURRENT_REQUESTS = 12
TIMEOUT_SECONDS = 60
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "proxy-connection",
    }
)
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
WRITES = frozenset({"POST", "PUT", "PATCH"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Upstream:
    """The deployed API behind the front door."""

    engine: Engine
    deployment: Deployment

    @property
    def base(self) -> str:
        """Address of the API's default stage at the engine."""
        return f"{self.engine.endpoint_url}/_aws/execute-api/{self.deployment.api_id}/$default"

    @property
    def socket(self) -> str:
        """Address of the inboxes' WebSocket API at the engine."""
        return f"{self.engine.endpoint_url}/_aws/execute-api/{self.deployment.socket_id}/live"


class FrontDoor:
    """The server; start it inside a running event loop."""

    def __init__(self, upstream: Upstream, providers: Providers, clock: VirtualClock, secret: str) -> None:
        self._upstream = upstream
        self._providers = providers
        self._tools = LocalTools(providers, clock, secret)
        self._places = asyncio.Semaphore(CONCURRENT_REQUESTS)
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listens. Raises OSError when the port is taken."""
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_only_loopback_names])
        app.add_routes(self._tools.routes())
        app.add_routes(self._providers.routes())
        app.add_routes(Recipient(self._providers, self._open_session, f"http://{host}:{port}").routes())
        app.router.add_get("/_local/socket", self._pass_on_socket)
        # `.` would leave out line breaks, which a path may hold in percent-encoding: what is odd is for the API to refuse.
        app.router.add_route("*", r"/{path:[\s\S]*}", self._pass_on)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=5,
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_LINE_BYTES,
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Stops listening, lets running requests end."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the front door is not open")
        return self._session

    async def _pass_on_socket(self, request: web.Request) -> web.StreamResponse:
        return await pass_on(request, self._open_session(), self._upstream.socket)

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        """One request to the API. The number under way is bounded: each would be a process of the engine."""
        body = await request.read()
        headers = CIMultiDict((k, v) for k, v in request.headers.items() if k.lower() not in HOP_BY_HOP)
        target = URL(self._upstream.base + request.raw_path, encoded=True)
        async with (
            self._places,
            self._open_session().request(
                request.method, target, data=body or None, headers=headers, allow_redirects=False
            ) as answer,
        ):
            payload = await answer.read()
            kept = CIMultiDict((k, v) for k, v in answer.headers.items() if k.lower() not in HOP_BY_HOP)
        if request.method in WRITES and _may_name_senders(request.path) and answer.status < 400:
            await asyncio.to_thread(verify_senders, self._upstream.engine, self._upstream.deployment)
        return web.Response(status=answer.status, headers=kept, body=payload)


def _may_name_senders(path: str) -> bool:
    """Whether a write to this path can have changed a tenant's sender address."""
    return "tenant" in path or "settings" in path


@web.middleware
async def _only_loopback_names(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses other host names, so that no foreign page can reach the token tool by rebinding its name."""
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if name not in LOOPBACK_NAMES:
        raise web.HTTPMisdirectedRequest(text="this server answers on loopback names only\n")
    return await handler(request)
