"""Every operation of the generated document under generated input, as the owner of a tenant."""

from datetime import UTC, datetime

import pytest
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from local.engine import Engine
from regulars.kernel.ids import new_id
from tests.fuzzing import document_for, explore
from tests.gateway import operations

OWNER = {"caller_kind": "staff", "caller_id": "stf_fuzz", "role": "owner"}
# What takes nothing cannot be given anything wrong.
WAYS = [
    pytest.param(key, mode, id=f"{key} {mode.value}")
    for key, takes_input in operations().items()
    for mode in (
        [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if takes_input else [GenerationMode.POSITIVE]
    )
]


@pytest.fixture(scope="session")
def document(engine: Engine, table: str, bucket: str, accounts: str, jobs_queue: str) -> BaseSchema:
    return document_for(OWNER | {"tenant": new_id("ten", datetime(2026, 3, 10, tzinfo=UTC))})


@pytest.mark.parametrize(("key", "mode"), WAYS)
def test_no_server_error_and_no_undocumented_answer(
    document: BaseSchema, key: str, mode: GenerationMode
) -> None:
    explore(document, key, mode, examples=8)
