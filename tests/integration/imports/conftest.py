import os

import pytest

from regulars.kernel.aws import client
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import open_shop


@pytest.fixture(scope="session")
def jobs_queue(engine: object) -> str:
    """The queue of jobs, which nobody reads: tests are the worker."""
    url: str = client("sqs").create_queue(QueueName="regulars-test-jobs")["QueueUrl"]
    os.environ["JOBS_QUEUE_URL"] = url
    forget_settings()
    return url


@pytest.fixture
def shop(tenant: Tenant, bucket: str, jobs_queue: str) -> Tenant:
    """A tenant in London that sells in pounds."""
    return open_shop(tenant)
