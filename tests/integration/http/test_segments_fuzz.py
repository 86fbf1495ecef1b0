"""Generated input against segments that exist: no 5xx, and no answer that is not documented."""

from datetime import datetime

import pytest
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from regulars import segments
from regulars.customers import CustomerRef
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.segments import Kind, NewSegment
from tests.fuzzing import document_for, explore
from tests.gateway import operations
from tests.integration.pipeline.shop import new_customer, open_shop
from tests.integration.segments.making import BIG, make_segments

CALLER = {"caller_kind": "staff", "caller_id": "stf_01", "role": "owner"}
OURS = sorted(key for key in operations() if "segment" in key and not key.startswith("DELETE"))


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def document(tenant: Tenant, now: datetime, jobs_queue: str) -> BaseSchema:
    make_segments(open_shop(tenant, now), now, big=BIG)
    return document_for(CALLER | {"tenant": tenant.id})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("key", OURS)
def test_nothing_sent_to_a_segment_breaks_us(
    document: BaseSchema, tenant: Tenant, now: datetime, key: str, mode: GenerationMode
) -> None:
    customer = new_customer(tenant, now)
    given = NewSegment(name="List", kind=Kind.STATIC, members=[CustomerRef(id=customer)])
    listed = segments.create_segment(tenant, given, now=now)
    members = {"segment_id": listed.id, "customer_id": customer}
    explore(document, key, mode, examples=12, params=members)
    explore(document, key, mode, examples=6, params=members | {"segment_id": "seg_big"})
