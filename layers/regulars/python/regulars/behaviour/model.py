"""What a shop's pages and servers report of what people do (COM-4)."""

import json
import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from regulars.customers import CustomerRef
from regulars.kernel.http.models import Code, Input, Moment

MAX_BATCH = 500
MAX_DEPTH = 3
MAX_PROPERTIES = 4 * 1024
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
Agent = Annotated[str, StringConstraints(max_length=1000)]
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]
AnonymousId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]


class NewEvent(Input):
    """One thing that somebody did. Who: a customer, or an anonymous id that a page made up; one of both.

    `id` is the sender's own: an event with the same id is counted once. `user_agent` is looked at and not kept; of `url`
    only scheme, host and path are.
    """

    id: Code | None = None
    kind: Kind = Field(
        description="page_view, product_view, search, login, add_to_cart or any word of your own"
    )
    at: Moment | None = None
    customer: CustomerRef | None = None
    anonymous_id: AnonymousId | None = None
    product_id: Code | None = None
    properties: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="Up to 4 KB of JSON, nested up to 3 deep"
    )
    url: Address | None = None
    referrer: Address | None = None
    user_agent: Agent | None = None

    @field_validator("properties")
    @classmethod
    def _bounded(cls, value: dict[str, Any]) -> dict[str, Any]:
        if _depth(value, MAX_DEPTH + 1) > MAX_DEPTH:
            raise ValueError(f"should be nested {MAX_DEPTH} deep at the most")
        try:
            size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
        except ValueError as error:
            raise ValueError("should be plain JSON") from error
        if size > MAX_PROPERTIES:
            raise ValueError("should be 4 KB at the most")
        return value

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.customer is None) == (self.anonymous_id is None):
            raise ValueError("give either customer or anonymous_id")
        return self


def _depth(value: Any, limit: int) -> int:
    """How deep objects and lists are nested, as far as `limit`."""
    if not isinstance(value, dict | list) or limit == 0:
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(one, limit - 1) for one in inner), default=0)


class Result(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Outcome(BaseModel):
    """What became of one event of a batch; `reason` says why it was refused."""

    model_config = ConfigDict(defer_build=True)

    index: int
    id: str | None = None
    result: Result
    reason: str | None = None


class Recorded(BaseModel):
    """What became of a batch."""

    model_config = ConfigDict(defer_build=True)

    accepted: int
    duplicates: int
    refused: int
    results: list[Outcome]

    @classmethod
    def of(cls, results: list[Outcome]) -> Self:
        kinds = [outcome.result for outcome in results]
        return cls(
            accepted=kinds.count(Result.ACCEPTED),
            duplicates=kinds.count(Result.DUPLICATE),
            refused=kinds.count(Result.REFUSED),
            results=results,
        )


class Identified(BaseModel):
    """To whom an anonymous id belongs, since when."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    anonymous_id: str
    customer_id: str
    at: datetime


# Words by which crawlers, monitors and scripted browsers name themselves ("Cubot" is a telephone).
_BOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|lighthouse|pagespeed|phantomjs|puppeteer|playwright|selenium"
    r"|facebookexternalhit|embedly|bingpreview|mediapartners|feedfetcher|archiver|scrapy|python-requests|python-urllib"
    r"|\bcurl/|\bwget/|go-http-client|okhttp|java/|libwww|httpclient|uptime|pingdom|statuscake|datadog|newrelic|monitor",
    re.IGNORECASE,
)


def is_bot(user_agent: str | None) -> bool:
    """Whether an agent names itself as one of the known machines; one that gives no name is not."""
    return user_agent is not None and _BOT.search(user_agent) is not None


def place_of(url: str | None) -> str | None:
    """Scheme, host and path of an address; its query may carry tokens or addresses of people, so it is dropped."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return parts.path[:500] or None
    return f"{parts.scheme}://{host}{parts.path}"[:500]
