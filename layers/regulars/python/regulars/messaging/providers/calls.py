"""Calls of AWS's providers. One try each, no retries underneath: botocore repeats a request whose answer timed out, which
would send twice. What a failed call means is told by its code, and never by its text."""

from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)

from regulars.kernel.aws import session
from regulars.messaging.providers.port import Lost, Outcome, Postponed, Rejected

_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
_THROTTLED = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "ThrottledException",
        "Throttling",
        "Throttled",
        "LimitExceededException",
        "RequestThrottled",
    }
)
# Said before anything is taken: the account's state, or a mistake in what was set up, and not in the message.
_LATER = frozenset(
    {
        "SendingPausedException",
        "AccountSuspendedException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ServiceQuotaExceededException",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "ForbiddenException",
        "InvalidClientTokenId",
        "NotFoundException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
    }
)
_NOT_HANDED_OVER = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)


def provider_client(service: str) -> Any:
    """A client of a provider, on the process's session."""
    return session().create_client(service, config=_CONFIG)


def attempt(call: Callable[[], dict[str, Any]]) -> dict[str, Any] | Outcome:
    """The answer of a call, or what became of the messages in it when there is none."""
    try:
        return call()
    except ClientError as error:
        return _refused(error)
    except _NOT_HANDED_OVER as error:
        return Postponed(type(error).__name__)
    except HTTPClientError as error:
        return Lost(type(error).__name__)
    except BotoCoreError as error:
        return Rejected(type(error).__name__)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(error: ClientError) -> Outcome:
    code = code_of(error)
    reason = error.response.get("Reason")
    told = f"{code} {reason}" if reason else code
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or status == 429:
        return Postponed(told, throttled=True)
    if code in _LATER or status == 503:
        return Postponed(told)
    if status >= 500:
        return Lost(told)
    return Rejected(told, gone=code in {"EndpointDisabled", "EndpointDisabledException"})
