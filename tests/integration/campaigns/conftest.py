"""A shop whose campaigns are planned for real and sent by nobody: the queue of sends is read by the tests."""

from datetime import datetime

import pytest

from regulars.campaigns import templates_used
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel
from tests.integration.campaigns.stage import Stage
from tests.integration.pipeline.shop import open_shop


@pytest.fixture(autouse=True)
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two published templates, `news` and `offer`, for mail and text messages."""

    def channels(tenant: Tenant, key: str) -> frozenset[Channel]:
        if key not in {"news", "offer"}:
            raise NotFoundError
        return frozenset({Channel.EMAIL, Channel.SMS})

    monkeypatch.setattr(templates_used, "template_channels", channels)


@pytest.fixture
def shop(tenant: Tenant, now: datetime, bucket: str, jobs_queue: str, sends_queue: str) -> Stage:
    """A tenant in Warsaw that counts in pounds, without customers."""
    return Stage(open_shop(tenant, now), now, sends_queue)
