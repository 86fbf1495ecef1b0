"""Acting as the recipient of a captured message: opening, clicking, answering, bouncing, complaining."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import aiohttp
from aiohttp import web

from local.simulator import events
from local.simulator.outcomes import tell_mail, tell_text
from local.simulator.service import Providers

Message = dict[str, Any]
# A browser that a person might have.
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_IMAGE = re.compile(r'<img[^>]+src="([^"]+/t/o/[^"]+)"', re.IGNORECASE)
_LINK = re.compile(r'<a[^>]+href="(https?://[^"]+)"', re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_ONE_CLICK = re.compile(r"<(https?://[^>]+)>")
Act = Callable[[Message, dict[str, Any]], Awaitable[str]]


class NothingThereError(Exception):
    """The message has nothing that could be opened, clicked or answered."""


@dataclass
class Recipient:
    """Answers below `/_local/mailbox/{id}/`; links of mails lead to the run's own address `base`."""

    providers: Providers
    session: Callable[[], aiohttp.ClientSession]
    base: str

    def routes(self) -> list[web.RouteDef]:
        """What to add to the server."""
        acts: dict[str, Act] = {
            "open": self._open,
            "click": self._click,
            "unsubscribe": self._unsubscribe,
            "bounce": self._bounce,
            "soft-bounce": self._bounce_softly,
            "complain": self._complain,
            "reply": self._reply,
        }
        return [
            web.post(f"/_local/mailbox/{{id}}/{name}", self._handler(name, act)) for name, act in acts.items()
        ]

    def _handler(self, name: str, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            message = self.providers.mailbox.find(request.match_info["id"])
            if message is None:
                return web.json_response({"title": "there is no such message"}, status=404)
            asked, from_page = await _asked(request)
            try:
                came_of_it = await act(message, asked)
            except NothingThereError as error:
                return web.json_response({"title": str(error)}, status=409)
            self.providers.mailbox.note(message["id"], _PAST[name], await self.providers.time())
            if from_page:
                raise web.HTTPSeeOther(request.headers.get("Referer") or "/_local/mailbox")
            return web.json_response({"did": name, "came_of_it": came_of_it})

        return handle

    async def _open(self, message: Message, asked: dict[str, Any]) -> str:
        found = _IMAGE.search(message["html"])
        if found is None:
            raise NothingThereError("there is no picture that tells of an opening")
        return await self._follow("GET", unescape(found[1]))

    async def _click(self, message: Message, asked: dict[str, Any]) -> str:
        links = links_of(message)
        number = int(asked.get("link") or 0)
        if number >= len(links):
            raise NothingThereError("there is no such link")
        return await self._follow("GET", links[number])

    async def _unsubscribe(self, message: Message, asked: dict[str, Any]) -> str:
        """As a mail program does it (RFC 8058)."""
        found = _ONE_CLICK.search(message["headers"].get("List-Unsubscribe", ""))
        if found is None:
            raise NothingThereError("there is no List-Unsubscribe")
        return await self._follow("POST", found[1], {"List-Unsubscribe": "One-Click"})

    async def _bounce(self, message: Message, asked: dict[str, Any]) -> str:
        if message["channel"] == "sms":
            tell_text(self.providers, message, "TEXT_UNREACHABLE", 0, final=False)
        else:
            kind = str(asked.get("type") or "Permanent")
            tell_mail(self.providers, message, lambda one, now: events.bounced(one, now, kind), 0, "")
        return "told"

    async def _bounce_softly(self, message: Message, asked: dict[str, Any]) -> str:
        return await self._bounce(message, {"type": "Transient"})

    async def _complain(self, message: Message, asked: dict[str, Any]) -> str:
        tell_mail(self.providers, message, events.complained, 0, "")
        return "told"

    async def _reply(self, message: Message, asked: dict[str, Any]) -> str:
        if message["channel"] != "sms":
            raise NothingThereError("only texts can be answered")
        text = str(asked.get("text") or "STOP")
        self.providers.teller.text(lambda now: events.answer(message, text))
        return "told"

    async def _follow(self, method: str, url: str, form: dict[str, str] | None = None) -> str:
        """The status and where it led; only links of this run are followed."""
        if not url.startswith(self.base):
            return f"not followed: {url}"
        async with self.session().request(
            method, url, data=form, headers={"User-Agent": _BROWSER}, allow_redirects=False
        ) as answer:
            return f"{answer.status} {answer.headers.get('Location', '')}".strip()


def links_of(message: Message) -> list[str]:
    """The links of a message in their order."""
    if message["channel"] == "push":
        return [message["headers"]["Url"]] if message["headers"].get("Url") else []
    if message["html"]:
        return [unescape(link) for link in _LINK.findall(message["html"])]
    return _ADDRESS.findall(message["text"])


async def _asked(request: web.Request) -> tuple[dict[str, Any], bool]:
    """What the page's form or a JSON body says, and whether it was the page."""
    if request.content_type == "application/json":
        asked = await request.json()
        return (asked if isinstance(asked, dict) else {}), False
    form = dict(await request.post())
    return form, "Referer" in request.headers or bool(form)


_PAST = {
    "open": "opened",
    "click": "clicked",
    "unsubscribe": "unsubscribed",
    "bounce": "bounced",
    "soft-bounce": "bounced softly",
    "complain": "complained",
    "reply": "answered",
}
