"""Every operation of the generated document under generated input: no 5xx, and no answer that is not documented."""

from datetime import UTC, datetime

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.engine import Engine
from regulars.kernel.ids import new_id
from tests.gateway import Gateway, operations

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OWNER = {"caller_kind": "staff", "caller_id": "stf_fuzz", "role": "owner"}


@pytest.fixture(scope="session")
def api(engine: Engine, table: str, bucket: str, accounts: str, jobs_queue: str) -> BaseSchema:
    gateway = Gateway(OWNER | {"tenant": new_id("ten", datetime(2026, 3, 10, tzinfo=UTC))})
    schema = schemathesis.openapi.from_dict(gateway.document)
    schema.app = gateway
    return schema


# What takes nothing cannot be given anything wrong.
WAYS = [
    pytest.param(key, mode, id=f"{key} {mode.value}")
    for key, takes_input in operations().items()
    for mode in (
        [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if takes_input else [GenerationMode.POSITIVE]
    )
]


@pytest.mark.parametrize(("key", "mode"), WAYS)
def test_no_server_error_and_no_undocumented_answer(api: BaseSchema, key: str, mode: GenerationMode) -> None:
    method, path = key.split(" ")

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(api[path][method].as_strategy(generation_mode=mode))
    def explore(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    explore()
