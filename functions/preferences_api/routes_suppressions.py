"""Addresses that are not written to."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from preferences_api.schemas import AnyChannel
from regulars.kernel.errors import NotFoundError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import Input, Line, ListQuery, View, page_model
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel, suppressions
from regulars.messaging.suppression_model import Suppression, SuppressionReason

routes = Routes("preferences_api", tag="suppressions")


class SuppressionView(View):
    channel: Channel
    address: str
    reason: SuppressionReason
    everything: bool = Field(description="Order updates are stopped too, not marketing alone")
    at: datetime
    detail: str
    by: str


SuppressionPage = page_model(SuppressionView)


class SuppressionsQuery(ListQuery):
    channel: Channel | None = None
    reason: SuppressionReason | None = None
    address: str | None = Field(None, max_length=320, description="Addresses that begin so, in their order")


class NewSuppression(Input):
    channel: AnyChannel
    address: Annotated[str, StringConstraints(min_length=3, max_length=2000)]
    detail: Line | None = Field(None, description="Why")


@routes.get("/suppressions", permission=Permission.MESSAGES_READ, answer=SuppressionPage)
def list_suppressions(call: Call, query: SuppressionsQuery) -> Page[Suppression]:
    """List suppressed addresses, newest first, or those that begin with some text.

    A filtered page may be short, even empty, and still have a `next`.
    """
    return suppressions.list_suppressions(
        call.tenant,
        channel=query.channel,
        reason=query.reason,
        beginning=query.address or "",
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.post("/suppressions", permission=Permission.MESSAGES_WRITE, answer=SuppressionView, status=201)
def suppress_address(call: Call, body: NewSuppression) -> Suppression:
    """Put an address on the suppression list: no marketing goes to it, whoever it belongs to.

    One that is on it stays as it is.
    """
    detail = body.detail or ""
    suppressions.suppress(
        call.tenant, body.channel, body.address, SuppressionReason.MANUAL, call.now, detail=detail
    )
    return suppressions.get_suppression(call.tenant, body.channel, body.address)


@routes.delete("/suppressions/{channel}/{address}", permission=Permission.MESSAGES_WRITE, errors=(404,))
def lift_suppression(call: Call) -> None:
    """Take an address off the suppression list.

    Consent is another matter: who has withdrawn it gets no marketing still.
    """
    channel = call.params["channel"]
    if channel not in set(Channel):
        raise NotFoundError("there is no such channel")
    if not suppressions.lift(call.tenant, Channel(channel), call.params["address"], call.now):
        raise NotFoundError("this address is not on the suppression list")
