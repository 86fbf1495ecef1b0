"""Generated input against campaigns that exist: no 5xx, and no answer that is not documented."""

from datetime import datetime

import pytest
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from regulars import campaigns
from regulars.campaigns import NewCampaign
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from tests.fuzzing import document_for, explore
from tests.gateway import operations
from tests.integration.pipeline.shop import open_shop

CALLER = {"caller_kind": "staff", "caller_id": "stf_01", "role": "owner"}
OURS = sorted(key for key in operations() if "/campaigns" in key)


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def document(tenant: Tenant, now: datetime, jobs_queue: str, sends_queue: str) -> BaseSchema:
    open_shop(tenant, now)
    return document_for(CALLER | {"tenant": tenant.id})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("key", OURS)
def test_nothing_sent_to_a_campaign_breaks_us(
    document: BaseSchema, tenant: Tenant, now: datetime, key: str, mode: GenerationMode
) -> None:
    given = NewCampaign.model_validate(
        {"name": "News", "audience": {"all": True}, "channels": ["email"], "template": "digest"}
    )
    campaign = campaigns.create_campaign(tenant, given, now=now)
    explore(document, key, mode, examples=8, params={"campaign_id": campaign.id})
