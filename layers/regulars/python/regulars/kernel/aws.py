"""One botocore session for every client of the process, PynamoDB's included (a second costs 80 ms cold)."""

from functools import cache
from typing import Any

import botocore.session
import pynamodb.connection.base
from botocore.config import Config

from regulars.kernel.quick_json import OPERATIONS, quicken

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
# Links and upload forms are signed in version 2 unless told otherwise, which no bucket of today takes.
_SIGNED_S3 = _CONFIG.merge(Config(signature_version="s3v4"))


class _Session(botocore.session.Session):  # type: ignore[misc]
    def create_client(self, service_name: str, *given: Any, **how: Any) -> Any:
        made = super().create_client(service_name, *given, **how)
        return quicken(made) if service_name in OPERATIONS else made


@cache
def session() -> botocore.session.Session:
    """The process's session."""
    return _Session()


@cache
def client(service: str) -> Any:
    """The process's client of an AWS service; endpoint and region come from the environment."""
    return session().create_client(service, config=_SIGNED_S3 if service == "s3" else _CONFIG)


# PynamoDB asks this name for its session at first use.
setattr(pynamodb.connection.base, "get_session", session)  # noqa: B010
