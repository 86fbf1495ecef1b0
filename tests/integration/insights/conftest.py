from datetime import datetime

import pytest

from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import open_shop


@pytest.fixture
def shop(tenant: Tenant, now: datetime) -> Tenant:
    """A tenant with settings."""
    return open_shop(tenant, now)
