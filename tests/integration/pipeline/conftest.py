"""Queues and a bus beside the table."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from local.engine import Engine
from regulars.kernel.aws import client
from regulars.kernel.ids import new_id
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import open_shop


@pytest.fixture
def shop(tenant: Tenant, now: Any) -> Tenant:
    """A tenant with settings."""
    return open_shop(tenant, now)


@pytest.fixture
def timers_queue(engine: Engine, now: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue for due timers, known to the settings."""
    url: str = client("sqs").create_queue(QueueName=new_id("timers", now))["QueueUrl"]
    monkeypatch.setitem(os.environ, "TIMERS_QUEUE_URL", url)
    forget_settings()
    yield url
    client("sqs").delete_queue(QueueUrl=url)
    forget_settings()


def receive_all(url: str) -> list[dict[str, Any]]:
    """Everything in a queue now."""
    found: list[dict[str, Any]] = []
    while batch := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += batch
        for message in batch:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
