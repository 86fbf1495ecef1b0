"""What the operations on a customer's points take and answer with."""

from datetime import datetime
from typing import Any

from pydantic import AliasPath, Field

from regulars.kernel.http.models import Code, ListQuery, View, page_model
from regulars.loyalty import Account, Kind, ProgramStatus


class DueView(View):
    at: datetime
    points: int


class StandingView(View):
    """`balance` can be spent now; `debt` is what later points pay first."""

    program_id: str
    name: str
    status: ProgramStatus
    balance: int
    pending: int
    debt: int
    next_available: DueView | None = Field(description="When pending points become available next")
    next_expiry: DueView | None = Field(description="When points expire next")


class StandingsView(View):
    items: list[StandingView]


class StatementQuery(ListQuery):
    program_id: Code | None = Field(None, description="The only program that runs unless given")


class EntryView(View):
    account: Account
    points: int


class MovementView(View):
    """A movement. `points` is by how much it changed what the customer has; `balance`, `pending` and `debt` are as they were
    after it. Its entries sum to zero."""

    number: int
    kind: Kind
    points: int
    balance: int = Field(validation_alias="available")
    pending: int
    debt: int
    at: datetime = Field(validation_alias=AliasPath("cause", "at"))
    key: str = Field(validation_alias=AliasPath("cause", "key"))
    about: str = Field(validation_alias=AliasPath("cause", "about"), description="Such as an order's id")
    reason: str = Field(validation_alias=AliasPath("cause", "reason"))
    actor: str = Field(validation_alias=AliasPath("cause", "actor"))
    explanation: list[dict[str, Any]] = Field(validation_alias=AliasPath("cause", "explanation"))
    reverses: str = Field(description="The key of the movement that this one takes back")
    entries: list[EntryView]


MovementPage = page_model(MovementView)
