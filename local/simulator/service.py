"""The simulated providers as HTTP endpoints. Each takes the calls that the deployed functions make of it, and no others."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from aiohttp import web

from local.mailbox import Mailbox
from local.simulator import mail, outcomes
from local.simulator.answers import (
    MAIL,
    PUSH,
    TEXTS,
    Refusals,
    RefusedError,
    of_fault,
    refusal,
    said,
    too_late,
    unanswered,
)
from local.simulator.events import iso
from local.simulator.faults import Faults
from local.simulator.push import push_message
from local.simulator.telling import Teller
from local.simulator.texts import text_message

Message = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Providers:
    """SES, End User Messaging and Pinpoint below `/_local/aws/`; `is_verified` says whether SES knows a sender's address."""

    def __init__(
        self,
        mailbox: Mailbox,
        teller: Teller,
        is_verified: Callable[[str], bool],
    ) -> None:
        self.mailbox = mailbox
        self.teller = teller
        self.faults = Faults()
        self._is_verified = is_verified

    def routes(self) -> list[web.RouteDef]:
        """What to add to the server."""
        base = "/_local/aws"
        return [
            web.post(f"{base}/mail/v2/email/outbound-emails", self._handler(self._send_mail, MAIL)),
            web.post(f"{base}/mail/v2/email/outbound-bulk-emails", self._handler(self._send_mails, MAIL)),
            web.post(f"{base}/texts/", self._handler(self._send_text, TEXTS)),
            web.post(f"{base}/texts", self._handler(self._send_text, TEXTS)),
            web.post(f"{base}/push/v1/apps/{{application}}/messages", self._handler(self._send_push, PUSH)),
        ]

    def _handler(
        self, take: Callable[[web.Request, dict[str, Any]], Awaitable[dict[str, Any]]], refusals: Refusals
    ) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            asked = json.loads(await request.text() or "{}")
            fault = self.faults.take()
            try:
                if refused := of_fault(fault, refusals):
                    raise refused
                answered = await take(request, asked)
            except RefusedError as error:
                return refusal(error)
            if fault == "lose_answers":
                return await unanswered(request)
            return await too_late() if fault == "stall" else said(answered)

        return handle

    async def _send_mail(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        await self._check_sender(asked)
        return {"MessageId": await self._take_mail(lambda: mail.one(asked))}

    async def _send_mails(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        makers = mail.many(asked)
        await self._check_sender(asked)
        results = []
        for entry, make in zip(asked["BulkEmailEntries"], makers, strict=True):
            status = mail.status_of(entry)
            result = {"Status": status}
            if status == "SUCCESS":
                try:
                    result["MessageId"] = await self._take_mail(make)
                except RefusedError as error:
                    result = {"Status": "INVALID_PARAMETER", "Error": error.message}
            results.append(result)
        return {"BulkEmailEntryResults": results}

    async def _check_sender(self, asked: dict[str, Any]) -> None:
        verified = await asyncio.to_thread(self._is_verified, mail.sender_of(asked))
        mail.check_sender(asked, lambda address: verified)

    async def _take_mail(self, make: Callable[[], Message]) -> str:
        known = {"id": f"0100{uuid4().hex[:16]}-{uuid4()}-000000", "time": await self.time()}
        try:
            message = make() | known
        except mail.NotRenderedError as error:
            outcomes.of_unrendered(self, error.envelope | known, str(error))
            return known["id"]
        self.mailbox.add(message)
        outcomes.of_mail(self, message)
        return known["id"]

    async def _send_text(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        if not request.headers.get("X-Amz-Target", "").endswith(".SendTextMessage"):
            raise RefusedError("ValidationException", "only SendTextMessage is simulated")
        message = text_message(asked) | {"id": str(uuid4()), "time": await self.time()}
        self.mailbox.add(message)
        outcomes.of_text(self, message)
        return {"MessageId": message["id"]}

    async def _send_push(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        application = request.match_info["application"]
        results = {}
        for token, how in asked.get("Addresses", {}).items():
            result = outcomes.of_token(token)
            results[token] = result
            if result["DeliveryStatus"] == "SUCCESSFUL":
                result["MessageId"] = str(uuid4())
                message = push_message(asked, token, how["ChannelType"])
                self.mailbox.add(message | {"id": result["MessageId"], "time": await self.time()})
        return {"ApplicationId": application, "RequestId": str(uuid4()), "Result": results}

    async def time(self) -> str:
        """The stage's moment, which may be ahead of the wall's."""
        return iso(await asyncio.to_thread(self.teller.now))
