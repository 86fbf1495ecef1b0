"""How the simulated providers answer, well or badly."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

# Longer than any caller of ours waits.
STALL_SECONDS = 15


class RefusedError(Exception):
    """A call is refused with a provider's error code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Refusals:
    """The codes by which a provider says what a fault is."""

    throttled: RefusedError
    paused: RefusedError
    rejected: RefusedError
    failed: RefusedError


MAIL = Refusals(
    RefusedError("TooManyRequestsException", "Maximum sending rate exceeded.", 429),
    RefusedError("SendingPausedException", "Sending is paused for this account."),
    RefusedError("MessageRejected", "Message was rejected: as the simulator was asked to."),
    RefusedError("InternalFailure", "Something went wrong.", 500),
)
TEXTS = Refusals(
    RefusedError("ThrottlingException", "Rate exceeded"),
    RefusedError("ServiceQuotaExceededException", "The monthly spend limit is reached."),
    RefusedError("ValidationException", "Refused as the simulator was asked to."),
    RefusedError("InternalServerException", "Something went wrong.", 500),
)
PUSH = Refusals(
    RefusedError("TooManyRequestsException", "Rate exceeded", 429),
    RefusedError("ForbiddenException", "Sending is paused.", 403),
    RefusedError("BadRequestException", "Refused as the simulator was asked to."),
    RefusedError("InternalServerErrorException", "Something went wrong.", 500),
)


def of_fault(fault: str, refusals: Refusals) -> RefusedError | None:
    """The refusal that stands for a fault; None for those that show in other ways."""
    refused = {
        "throttle": refusals.throttled,
        "pause": refusals.paused,
        "reject": refusals.rejected,
        "fail": refusals.failed,
    }
    return refused.get(fault)


def said(body: dict[str, Any]) -> web.Response:
    return web.json_response(body)


def refusal(error: RefusedError) -> web.Response:
    """An error in the form that AWS's JSON protocols share."""
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    return web.json_response(body, status=error.status, headers={"x-amzn-ErrorType": error.code})


async def unanswered(request: web.Request) -> web.Response:
    """The request was read, and carried out; the caller's connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def too_late() -> web.Response:
    """The caller is to give up first."""
    await asyncio.sleep(STALL_SECONDS)
    return web.Response(text=json.dumps({}))
