"""Settings for every test; the resources behind the names exist only where a fixture makes them. Which worker takes what."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.running import LocalRun

# Where tests share the one local run of their worker.
RUNNING = ("tests/browser/", "tests/e2e/")
# What takes longest begins first, lest one worker waits for the other at the end.
ORDER = (*RUNNING, "tests/integration/segments/", "tests/integration/", "tests/infra/", "tests/")

os.environ.update(
    {
        "STAGE": "test",
        "TABLE_NAME": "regulars-test",
        "BUCKET_NAME": "regulars-test",
        "EVENT_BUS_NAME": "regulars-test",
        "TOKEN_SECRET_ARN": "regulars-test",
        "JOBS_QUEUE_URL": "http://127.0.0.1/000000000000/jobs",
        "TIMERS_QUEUE_URL": "http://127.0.0.1/000000000000/timers",
        "USER_POOL_ID": "test_pool",
        "USER_POOL_CLIENT_ID": "test-client",
        "USER_POOL_ISSUER": "https://issuer.test",
        "JWKS_URL": "https://issuer.test/jwks.json",
        "SES_CONFIGURATION_SET": "regulars-test",
        "SMS_PROVIDER": "end_user_messaging",
        "SMS_CONFIGURATION_SET": "regulars-test",
        "PUSH_PROVIDER": "pinpoint",
        "PUSH_APPLICATION": "regulars-test",
        "WEBHOOKS_TO_LOOPBACK": "yes",
        "SENDS_QUEUE_URL": "http://127.0.0.1/000000000000/sends",
        "PROVIDER_EVENTS_QUEUE_URL": "http://127.0.0.1/000000000000/provider-events",
        "SNS_TOPICS": "arn:aws:sns:eu-west-1:123456789012:mail",
        "SOCKET_URL": "http://127.0.0.1/socket",
        "PUBLIC_URL": "https://regulars.test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)


@pytest.fixture(scope="session")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A running stage without any tenant."""
    run = LocalRun(tmp_path_factory.mktemp("local"))
    try:
        yield run.start()
    finally:
        run.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next(n for n, folder in enumerate(ORDER) if item.nodeid.startswith(folder)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByFile(config, log)


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests stay together, and all tests with the local run do."""

    def _split_scope(self, nodeid: str) -> str:
        return "the local run" if nodeid.startswith(RUNNING) else nodeid.partition("::")[0]
