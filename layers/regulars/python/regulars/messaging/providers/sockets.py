"""Messages to open WebSocket connections, by API Gateway's management address."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from regulars.kernel.aws import session
from regulars.kernel.logs import logger
from regulars.kernel.settings import SocketSettings
from regulars.messaging.providers.calls import code_of

# Somebody waits for what this goes along with.
_CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
_log = logger("messaging.sockets")


@cache
def _client(address: str) -> Any:
    return session().create_client("apigatewaymanagementapi", endpoint_url=address, config=_CONFIG)


def send_to(connection_id: str, text: str) -> bool:
    """Whether the connection is still there; that a message did not get through is logged and nothing more."""
    try:
        _client(SocketSettings.load().socket_url).post_to_connection(
            ConnectionId=connection_id, Data=text.encode()
        )
    except ClientError as error:
        if code_of(error) == "GoneException":
            return False
        _log.warning("a connection could not be told", extra={"code": code_of(error)})
    except BotoCoreError as error:
        _log.warning("a connection could not be told", extra={"code": type(error).__name__})
    return True
