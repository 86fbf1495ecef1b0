"""A shop to import into."""

import pytest

from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import open_shop


@pytest.fixture
def shop(tenant: Tenant, bucket: str, jobs_queue: str) -> Tenant:
    """A tenant in London that sells in pounds."""
    return open_shop(tenant)
