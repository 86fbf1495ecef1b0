"""The local-only tools behind the front door: mint a token, move the clock, read what was sent."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local.mailbox_page import render
from local.simulator.service import Providers
from local.tokens import ONE_HOUR, mint
from local.virtual_clock import ClockMoveError, VirtualClock


class LocalTools:
    """Answers below `/_local/`."""

    def __init__(self, providers: Providers, clock: VirtualClock, secret: str) -> None:
        self._providers = providers
        self._clock = clock
        self._secret = secret
        self._moving = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """What to add to the server."""
        return [
            web.get("/_local/token", self._token),
            web.post("/_local/token", self._token),
            web.get("/_local/clock", self._read_clock),
            web.post("/_local/clock", self._move_clock),
            web.get("/_local/mailbox", self._page),
            web.get("/_local/mailbox/messages", self._messages),
            web.get("/_local/mailbox/{id}", self._message),
            web.get("/_local/simulator", self._read_simulator),
            web.post("/_local/simulator", self._change_simulator),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        asked = dict(request.query) | (await _object(request) if request.method == "POST" else {})
        try:
            lifetime = int(asked.pop("expires_in", ONE_HOUR))
            return web.json_response({"token": mint(self._secret, expires_in=lifetime, **asked)})
        except (TypeError, ValueError) as error:
            return _refusal(str(error))

    async def _read_clock(self, request: web.Request) -> web.Response:
        return web.json_response({"now": _iso(await asyncio.to_thread(self._clock.now))})

    async def _move_clock(self, request: web.Request) -> web.Response:
        wanted = await _object(request)
        async with self._moving:
            try:
                now = await asyncio.to_thread(self._clock.move, wanted)
                # What was sent meanwhile has consequences too.
                await self._providers.teller.settle()
                await asyncio.to_thread(self._clock.drain)
                return web.json_response({"now": _iso(now)})
            except ClockMoveError as error:
                return _refusal(str(error))

    async def _page(self, request: web.Request) -> web.Response:
        wanted = (request.query.get(name, "") for name in ("channel", "q", "before"))
        page = await asyncio.to_thread(render, self._providers.mailbox, *wanted)
        return web.Response(text=page, content_type="text/html")

    async def _messages(self, request: web.Request) -> web.Response:
        wanted = (request.query.get(name, "") for name in ("to", "channel", "q"))
        return web.json_response(await asyncio.to_thread(self._providers.mailbox.messages, *wanted))

    async def _message(self, request: web.Request) -> web.Response:
        found = self._providers.mailbox.find(request.match_info["id"])
        return web.json_response(found) if found else _refusal("there is no such message", 404)

    async def _read_simulator(self, request: web.Request) -> web.Response:
        return web.json_response(vars(self._providers.faults))

    async def _change_simulator(self, request: web.Request) -> web.Response:
        try:
            self._providers.faults.change(await _object(request))
        except ValueError as error:
            return _refusal(str(error))
        return await self._read_simulator(request)


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"title": "send a JSON object"}), content_type="application/json"
        )
    return body


def _refusal(reason: str, status: int = 400) -> web.Response:
    return web.json_response({"title": reason}, status=status)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
