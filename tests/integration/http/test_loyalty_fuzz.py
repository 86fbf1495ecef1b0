"""Generated input against a program that exists: no 5xx, and no answer that is not documented."""

from datetime import datetime

import pytest
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from regulars import loyalty
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import NewProgram
from tests.fuzzing import document_for, explore
from tests.gateway import operations
from tests.integration.pipeline.shop import new_customer, open_shop

CALLER = {"caller_kind": "staff", "caller_id": "stf_01", "role": "owner"}
OURS = sorted(key for key in operations() if "loyalty" in key)


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def document(tenant: Tenant, now: datetime) -> BaseSchema:
    open_shop(tenant, now)
    return document_for(CALLER | {"tenant": tenant.id})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("key", OURS)
def test_nothing_sent_to_a_program_breaks_us(
    document: BaseSchema, tenant: Tenant, now: datetime, key: str, mode: GenerationMode
) -> None:
    program = loyalty.create_program(tenant, NewProgram(name="Club"), now=now)
    customer_id = new_customer(tenant, now)
    explore(document, key, mode, examples=8, params={"program_id": program.id, "customer_id": customer_id})
