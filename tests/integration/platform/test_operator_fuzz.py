"""The operator's operations under generated input; the callers of the general fuzz test are refused there."""

import pytest
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from tests.fuzzing import document_for, explore


@pytest.fixture(scope="module")
def document(accounts: str) -> BaseSchema:
    return document_for({"caller_kind": "operator", "caller_id": "op-fuzz"})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    "key", ["POST /tenants", "GET /tenants", "GET /tenants/{tenant_id}", "PATCH /tenants/{tenant_id}"]
)
def test_no_input_of_an_operator_breaks_anything(
    document: BaseSchema, key: str, mode: GenerationMode
) -> None:
    explore(document, key, mode, examples=20)
