"""The operator's operations under generated input; the callers of the general fuzz test are refused there."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.gateway import Gateway

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def api(accounts: str) -> BaseSchema:
    gateway = Gateway({"caller_kind": "operator", "caller_id": "op-fuzz"})
    schema = schemathesis.openapi.from_dict(gateway.document)
    schema.app = gateway
    return schema


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    "key", ["POST /tenants", "GET /tenants", "GET /tenants/{tenant_id}", "PATCH /tenants/{tenant_id}"]
)
def test_no_input_of_an_operator_breaks_anything(api: BaseSchema, key: str, mode: GenerationMode) -> None:
    method, path = key.split(" ")

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(api[path][method].as_strategy(generation_mode=mode))
    def explore(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    explore()
