"""The local-only tools behind the front door: mint a token, move the clock, read what was sent."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local.mailbox import Mailbox
from local.tokens import ONE_HOUR, mint
from local.virtual_clock import ClockMoveError, VirtualClock


class LocalTools:
    """Answers below `/_local/`."""

    def __init__(self, mailbox: Mailbox, clock: VirtualClock, secret: str) -> None:
        self._mailbox = mailbox
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
                return web.json_response({"now": _iso(await asyncio.to_thread(self._clock.move, wanted))})
            except ClockMoveError as error:
                return _refusal(str(error))

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=await asyncio.to_thread(self._mailbox.page), content_type="text/html")

    async def _messages(self, request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(self._mailbox.messages, request.query.get("to")))


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


def _refusal(reason: str) -> web.Response:
    return web.json_response({"title": reason}, status=400)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
