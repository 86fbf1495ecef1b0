"""What the routes of inboxes and devices take and show."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from regulars.kernel.http.models import Code, Input, Line, ListQuery, View, page_model
from regulars.messaging.device_store import Platform

# Tokens of Apple are 64 hexadecimal digits, those of Firebase some 160 characters; neither promises to stay so short.
Token = Annotated[str, StringConstraints(min_length=8, max_length=1000, pattern=r"^[\x21-\x7e]+$")]


class InboxQuery(ListQuery):
    unread: bool = Field(False, description="Only messages that were not read")


class InboxMessageView(View):
    """`id` is the delivery's; `url` is where the message leads, perhaps nowhere."""

    id: str
    title: str
    body: str
    url: str
    at: datetime
    read_at: datetime | None


InboxPage = page_model(InboxMessageView)


class ReadMessages(Input):
    ids: list[Code] = Field(default_factory=list, max_length=100)
    all: bool = False


class UnreadView(View):
    unread: int


class RegisterDevice(Input):
    """`token` is what the platform gave the app; `name` is for people (`Ann's phone`)."""

    platform: Platform
    token: Token
    name: Line | None = None


class DeviceView(View):
    """`seen_at` is when the app last registered it; push messages go to the device seen last."""

    id: str
    platform: Platform
    name: str
    created_at: datetime
    seen_at: datetime


class DeviceList(View):
    items: list[DeviceView]
