"""A shop with settings; segments are made by each test."""

from datetime import datetime

import pytest

from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import open_shop


@pytest.fixture
def shop(tenant: Tenant, now: datetime, jobs_queue: str) -> Tenant:
    """A tenant in Warsaw that counts in pounds."""
    return open_shop(tenant, now)
