"""Every Lambda function of Regulars: what sets it off, what it needs, how big it is.

This table is the only place in `infra` that knows a function by name: a new function is one more row.
"""

from dataclasses import dataclass
from enum import Enum


class Need(Enum):
    """Something a function may hold: its settings (environment names) and the grants that go with them."""

    TABLE = "reads and writes items", ("TABLE_NAME",)
    ITEM_SHAPES = "knows what items look like, without access to any", ("TABLE_NAME",)
    UPLOADS = "reads and writes files", ("BUCKET_NAME",)
    PUBLISH = "puts events on the bus", ("EVENT_BUS_NAME",)
    JOBS = "starts jobs", ("JOBS_QUEUE_URL",)
    TIMERS = "sends due timers", ("TIMERS_QUEUE_URL",)
    TOKEN_SECRET = "signs or verifies customer tokens", ("TOKEN_SECRET_ARN",)
    STAFF_ACCOUNTS = "creates and changes staff accounts", ("USER_POOL_ID",)
    SIGN_IN = "signs staff in", ("USER_POOL_CLIENT_ID",)
    VERIFY_STAFF = "verifies staff tokens", ("USER_POOL_ISSUER", "JWKS_URL")
    LOCAL_TOKENS = "accepts tokens minted on this machine", ("LOCAL_TOKENS",)
    MESSAGES = (
        "sends messages on every channel",
        (
            "SES_CONFIGURATION_SET",
            "SMS_PROVIDER",
            "SMS_CONFIGURATION_SET",
            "PUSH_PROVIDER",
            "PUSH_APPLICATION",
            "WEBHOOKS_TO_LOOPBACK",
        ),
    )
    SENDS = "asks for messages to be sent", ("SENDS_QUEUE_URL",)
    PROVIDER_EVENTS = "passes on what providers tell", ("PROVIDER_EVENTS_QUEUE_URL",)
    NOTIFICATIONS = "takes notifications of SNS over HTTP", ("SNS_TOPICS",)
    SOCKET = "speaks to open inboxes", ("SOCKET_URL",)
    ADDRESS = "links to this deployment", ("PUBLIC_URL",)

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the environment variables that come with this need."""
        names: tuple[str, ...] = self.value[1]
        return names


COMMON_SETTINGS = (
    "STAGE",
    "CLOCK",
    "LOG_LEVEL",
)
LOCAL_ONLY = frozenset({Need.LOCAL_TOKENS})


@dataclass(frozen=True)
class Http:
    """Called by API Gateway: the operations naming it in the OpenAPI document, and `extra` route keys."""

    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class Authorizer:
    """Called by API Gateway before every route."""


@dataclass(frozen=True)
class Events:
    """Called with batches of domain events from its own queue, filled by a rule of the bus.

    `names` of None means all events; `live_only` leaves out imported history. `at_once` bounds how many batches are
    handled at a time, so that a provider's throttling makes messages wait rather than fail.
    """

    names: tuple[str, ...] | None = None
    live_only: bool = False
    batch_size: int = 10
    at_once: int | None = None


@dataclass(frozen=True)
class Queue:
    """Called with messages of a queue that other functions write to through `feeds`."""

    feeds: Need
    batch_size: int = 1


@dataclass(frozen=True)
class SocketAuthorizer:
    """Called by API Gateway when somebody opens an inbox."""


@dataclass(frozen=True)
class Socket:
    """Called by API Gateway when a connection of an inbox begins and ends."""


@dataclass(frozen=True)
class Outbox:
    """Called with the event items that the table's stream shows as inserted."""

    batch_size: int = 100


@dataclass(frozen=True)
class EveryMinute:
    """Called once a minute by EventBridge Scheduler."""


Trigger = Http | Authorizer | SocketAuthorizer | Socket | Events | Queue | Outbox | EveryMinute


@dataclass(frozen=True)
class FunctionSpec:
    """One function: `name` is its folder under functions/; memory in MB, timeout in seconds; `science` if it counts in bulk."""

    name: str
    trigger: Trigger
    needs: tuple[Need, ...] = ()
    memory: int = 1024
    timeout: int = 20
    science: bool = False


FUNCTIONS: tuple[FunctionSpec, ...] = (
    FunctionSpec(
        "authorize_requests",
        Authorizer(),
        (Need.TABLE, Need.TOKEN_SECRET, Need.SIGN_IN, Need.VERIFY_STAFF, Need.LOCAL_TOKENS),
        timeout=10,
    ),
    FunctionSpec("customers_api", Http(), (Need.TABLE,)),
    FunctionSpec("commerce_api", Http(), (Need.TABLE,)),
    FunctionSpec("behaviour_api", Http(), (Need.TABLE,)),
    FunctionSpec("imports_api", Http(), (Need.TABLE, Need.UPLOADS, Need.JOBS)),
    FunctionSpec("platform_api", Http(), (Need.TABLE, Need.STAFF_ACCOUNTS, Need.TOKEN_SECRET)),
    FunctionSpec(
        "messaging_api",
        Http(),
        (
            Need.TABLE,
            Need.MESSAGES,
            Need.SENDS,
            Need.SOCKET,
            Need.PROVIDER_EVENTS,
            Need.TOKEN_SECRET,
            Need.ADDRESS,
        ),
    ),
    FunctionSpec("preferences_api", Http(), (Need.TABLE, Need.TOKEN_SECRET, Need.ADDRESS)),
    FunctionSpec("public_pages", Http(), (Need.TABLE, Need.TOKEN_SECRET, Need.ADDRESS)),
    FunctionSpec("segments_api", Http(), (Need.TABLE, Need.JOBS)),
    FunctionSpec(
        "templates_api",
        Http(),
        (Need.TABLE, Need.JOBS, Need.MESSAGES, Need.SOCKET, Need.TOKEN_SECRET),
    ),
    FunctionSpec(
        "campaigns_api",
        Http(),
        (Need.TABLE, Need.JOBS, Need.SENDS, Need.MESSAGES, Need.SOCKET, Need.TOKEN_SECRET),
    ),
    FunctionSpec("loyalty_api", Http(), (Need.TABLE,)),
    FunctionSpec("insights_api", Http(), (Need.TABLE,)),
    FunctionSpec("docs_api", Http(extra=("$default",))),
    FunctionSpec(
        "console",
        Http(extra=("GET /", "ANY /console", "ANY /console/{proxy+}")),
        (
            Need.TABLE,
            Need.UPLOADS,
            Need.JOBS,
            Need.STAFF_ACCOUNTS,
            Need.SIGN_IN,
            Need.ADDRESS,
            Need.TOKEN_SECRET,
            Need.MESSAGES,
            Need.SENDS,
            Need.SOCKET,
        ),
    ),
    FunctionSpec("assets", Http(extra=("GET /assets/{proxy+}",)), memory=512, timeout=10),
    FunctionSpec("publish_events", Outbox(), (Need.PUBLISH, Need.ITEM_SHAPES), timeout=60),
    FunctionSpec("keep_facts", Events(batch_size=25), (Need.TABLE, Need.JOBS), timeout=60),
    FunctionSpec("keep_stats", Events(batch_size=100), (Need.TABLE,), timeout=30),
    FunctionSpec(
        "send_messages",
        Events(names=("order.placed",), live_only=True, at_once=5),
        (Need.TABLE, Need.MESSAGES, Need.SENDS, Need.SOCKET, Need.TOKEN_SECRET, Need.ADDRESS),
        timeout=30,
    ),
    FunctionSpec(
        "send_batches",
        Queue(Need.SENDS),
        # Jobs: a campaign whose budget is reached stops being planned.
        (
            Need.TABLE,
            Need.MESSAGES,
            Need.SENDS,
            Need.JOBS,
            Need.SOCKET,
            Need.TOKEN_SECRET,
            Need.ADDRESS,
        ),
        memory=1769,
        # Less than an attempt lasts: who is at work is never taken for lost.
        timeout=60,
    ),
    FunctionSpec(
        "keep_contacts",
        Events(names=("customer.deleted", "customer.updated", "consent.requested"), at_once=5),
        (Need.TABLE, Need.MESSAGES, Need.SENDS, Need.SOCKET, Need.TOKEN_SECRET, Need.ADDRESS),
        timeout=30,
    ),
    FunctionSpec(
        "run_jobs",
        Queue(Need.JOBS),
        (
            Need.TABLE,
            Need.UPLOADS,
            Need.JOBS,
            Need.SENDS,
            Need.MESSAGES,
            Need.SOCKET,
            Need.TOKEN_SECRET,
        ),
        memory=1769,
        timeout=180,
        science=True,
    ),
    FunctionSpec(
        "take_provider_events",
        Queue(Need.PROVIDER_EVENTS, batch_size=10),
        (Need.TABLE, Need.MESSAGES, Need.SOCKET, Need.TOKEN_SECRET),
        timeout=60,
    ),
    FunctionSpec(
        "receive_notifications",
        Http(),
        (Need.PROVIDER_EVENTS, Need.NOTIFICATIONS, Need.ITEM_SHAPES),
        memory=512,
        timeout=15,
    ),
    FunctionSpec(
        "authorize_inbox",
        SocketAuthorizer(),
        (Need.TABLE, Need.TOKEN_SECRET, Need.SIGN_IN, Need.VERIFY_STAFF, Need.LOCAL_TOKENS),
        timeout=10,
    ),
    FunctionSpec("connect_inbox", Socket(), (Need.TABLE,), memory=512, timeout=10),
    FunctionSpec("fire_timers", EveryMinute(), (Need.TABLE, Need.TIMERS), timeout=55),
    FunctionSpec(
        "run_timers",
        Queue(Need.TIMERS, batch_size=10),
        (Need.TABLE, Need.JOBS, Need.TIMERS, Need.SENDS),
        timeout=30,
    ),
    FunctionSpec("track", Http(), (Need.TABLE, Need.TIMERS, Need.TOKEN_SECRET), timeout=10),
    FunctionSpec(
        "keep_engagement",
        Events(names=("order.placed", "order.cancelled", "order.refunded"), live_only=True, batch_size=10),
        (Need.TABLE,),
        timeout=30,
    ),
    FunctionSpec(
        "award_points",
        Events(names=("order.status_changed", "order.cancelled", "order.refunded"), live_only=True),
        (Need.TABLE,),
        timeout=60,
    ),
)


def settings_of(spec: FunctionSpec, *, local: bool) -> tuple[str, ...]:
    """Names of all environment variables the function gets in a stage, sorted."""
    needs = [need for need in spec.needs if local or need not in LOCAL_ONLY]
    return tuple(sorted({*COMMON_SETTINGS, *(name for need in needs for name in need.settings)}))
