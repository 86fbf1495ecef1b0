"""A tenant's settings for messages: categories, consent, caps, quiet hours, pacing, tracking, costs. Pure."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from regulars.messaging.model import Channel

ConsentRule = Literal["opt_in", "soft_opt_in", "opt_out"]
Attribution = Literal["last", "first", "linear"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
# BCP 47 tag → text.
Localized = Annotated[dict[str, Words], Field(max_length=20)]
# `to_lower` acts after the pattern was looked at, so the pattern has to take both cases.
Domain = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9.-]{3,253}$")]


def _of_the_wall(at: time) -> time:
    if at.tzinfo or at.second or at.microsecond:
        raise ValueError("should be hours and minutes such as 22:30")
    return at


# A time of a wall clock, in hours and minutes.
Clock = Annotated[
    time,
    Field(strict=False),
    AfterValidator(_of_the_wall),
    PlainSerializer(lambda at: at.isoformat("minutes"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["22:30"]}),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Category(_Model):
    """What messages are about, so that people can choose. A `transactional` one is exempt from consent, caps, quiet hours and
    digests, and cannot be switched off by the customer; `on` is how it stands until they choose."""

    key: Key
    name: Localized
    description: dict[str, Annotated[str, StringConstraints(max_length=500)]] = Field(default_factory=dict)
    transactional: bool = False
    on: bool = True


class Cap(_Model):
    """At most `limit` marketing messages in any `hours` hours; of one channel or category if named, else of all together."""

    limit: int = Field(ge=1, le=100)
    hours: int = Field(ge=1, le=31 * 24)
    channel: Channel | None = None
    category: Key | None = None


class Hours(_Model):
    """From `start` until before `end`, in the recipient's time zone; over midnight when start is later than end."""

    start: Clock
    end: Clock


class UnwantedRates(_Model):
    """Marketing pauses by itself when, of at least `sample` sends in the last 24 hours, this share bounced or complained.

    SES reviews accounts at 5 % bounces and 0.1 % complaints; the defaults stay below that.
    """

    sample: int = Field(200, ge=20, le=100_000)
    bounces: float = Field(0.04, gt=0, le=1)
    complaints: float = Field(0.0008, gt=0, le=1)


def _names(en: str, de: str, pl: str) -> Mapping[str, str]:
    return {"en": en, "de": de, "pl": pl}


ORDER_UPDATES = "order_updates"
DEFAULT_CATEGORIES = (
    Category(
        key=ORDER_UPDATES,
        name=dict(_names("Order updates", "Bestellungen", "Zamówienia")),
        transactional=True,
    ),
    Category(key="promotions", name=dict(_names("Offers", "Angebote", "Promocje"))),
    Category(key="product_updates", name=dict(_names("Product news", "Neues im Sortiment", "Nowości"))),
    Category(key="newsletters", name=dict(_names("Newsletter", "Newsletter", "Newsletter"))),
)
DEFAULT_CONSENT: Mapping[Channel, ConsentRule] = {
    Channel.EMAIL: "soft_opt_in",
    Channel.SMS: "opt_in",
    Channel.PUSH: "opt_out",
    Channel.IN_APP: "opt_out",
    Channel.WEBHOOK: "opt_out",
    Channel.WALLET: "opt_out",
}
DEFAULT_CAPS = (
    Cap(limit=1, hours=24, channel=Channel.SMS),
    Cap(limit=2, hours=24),
    Cap(limit=6, hours=7 * 24),
)
# SES: 0.10 USD a thousand; SMS differs by country and is for the tenant to set.
DEFAULT_COSTS: Mapping[Channel, int] = {Channel.EMAIL: 100, Channel.SMS: 50_000, Channel.PUSH: 1}


class MessagingSettings(_Model):
    """All of it, as it is kept and shown. `costs` are in millionths of the tenant's currency unit a message.

    `consent` says what marketing on a channel needs: `opt_in` a consent given, `soft_opt_in` also an order placed, `opt_out`
    nothing but the absence of an objection. `send_window` bounds marketing to some hours everywhere. `domain_rates` are
    recipients an hour by mail domain. `soft_bounces` in a row suppress an address. `attribution_days` is how long after the
    last touch an order counts as brought by it.
    """

    categories: list[Category] = Field(default_factory=lambda: list(DEFAULT_CATEGORIES), max_length=30)
    consent: dict[Channel, ConsentRule] = Field(default_factory=lambda: dict(DEFAULT_CONSENT))
    double_opt_in: bool = True
    caps: list[Cap] = Field(default_factory=lambda: list(DEFAULT_CAPS), max_length=20)
    quiet_hours: Hours | None = Hours(start=time(21), end=time(8))
    quiet_channels: list[Channel] = Field(default_factory=lambda: [Channel.SMS, Channel.PUSH])
    send_window: Hours | None = None
    domain_rates: dict[Domain, Annotated[int, Field(ge=1, le=10_000_000)]] = Field(
        default_factory=dict, max_length=100
    )
    sends_per_second: dict[Channel, Annotated[int, Field(ge=1, le=10_000)]] = Field(default_factory=dict)
    soft_bounces: int = Field(3, ge=1, le=20)
    unwanted: UnwantedRates = UnwantedRates()
    track_opens: bool = True
    track_clicks: bool = True
    pixel_needs_consent: bool = False
    utm: bool = True
    attribution: Attribution = "last"
    attribution_days: int = Field(5, ge=1, le=90)
    digest_hour: int = Field(9, ge=0, le=23)
    footer: Annotated[str, StringConstraints(max_length=500)] = ""
    sms_sender: Annotated[str, StringConstraints(pattern=r"^(\+[0-9]{5,15}|[A-Za-z0-9]{1,11})?$")] = ""
    webhook_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^(https://[^\s]+)?$")] = ""
    costs: dict[Channel, Annotated[int, Field(ge=0, le=100_000_000)]] = Field(
        default_factory=lambda: dict(DEFAULT_COSTS)
    )

    @model_validator(mode="after")
    def _distinct(self) -> "MessagingSettings":
        keys = [category.key for category in self.categories]
        if len(keys) != len(set(keys)):
            raise ValueError("two categories have the same key")
        return self

    def category(self, key: str) -> Category | None:
        return next((one for one in self.categories if one.key == key), None)

    def consent_rule(self, channel: Channel) -> ConsentRule:
        return self.consent.get(channel, "opt_in")
