"""A shop on the local run."""

import pytest

from tests.running import LocalRun


@pytest.fixture(scope="session")
def shop(local_run: LocalRun) -> str:
    """Id of a tenant made through the API by the operator."""
    return local_run.open_shop()[0]
