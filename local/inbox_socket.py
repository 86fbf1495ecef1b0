"""WebSocket connections of inboxes, from a browser to the engine and back."""

import asyncio

import aiohttp
from aiohttp import web


async def pass_on(request: web.Request, session: aiohttp.ClientSession, upstream: str) -> web.StreamResponse:
    """One connection, until either side ends it. Whom the engine refuses gets its status."""
    try:
        behind = await session.ws_connect(upstream, params=request.query, timeout=aiohttp.ClientWSTimeout())
    except aiohttp.WSServerHandshakeError as error:
        return web.Response(status=error.status)
    async with behind:
        front = web.WebSocketResponse(heartbeat=60)
        await front.prepare(request)
        ways = [asyncio.ensure_future(_copy(front, behind)), asyncio.ensure_future(_copy(behind, front))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await front.close()
    return front


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _copy(source: Socket, target: Socket) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(message.data)
