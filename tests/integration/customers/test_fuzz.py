"""Generated input against customers that exist: no 5xx, and no answer that is not documented."""

import pytest
from schemathesis import GenerationMode

from tests.fuzzing import document_for, explore
from tests.integration.customers.conftest import Api

CALLER = {"caller_kind": "staff", "caller_id": "stf_01", "role": "owner"}
OPERATIONS = [
    ("PATCH", "/customers/{customer_id}"),
    ("PUT", "/customers/{customer_id}"),
    ("POST", "/customers/{customer_id}/interactions"),
    ("PATCH", "/customers/{customer_id}/interactions/{interaction_id}"),
    ("POST", "/customers/{customer_id}/notes"),
    ("PUT", "/customers/{customer_id}/notes/{note_id}"),
    ("POST", "/customers/{customer_id}/tags"),
    ("DELETE", "/customers/{customer_id}/tags/{tag}"),
    ("POST", "/customers/{customer_id}/status"),
    ("GET", "/customers/{customer_id}/timeline"),
    ("GET", "/customers/{customer_id}/notes"),
    ("POST", "/customers/upsert"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_sent_to_a_customer_breaks_us(api: Api, method: str, path: str) -> None:
    one = api.created(name="Ann", email="a@x.com", phone="+447911123456", external_ids=["e"])["id"]
    schema = {"attributes": [{"key": "a", "type": "number"}]}
    api("PUT /customers/attributes", schema)
    _, note = api("POST /customers/{customer_id}/notes", {"text": "x"}, of=one)
    new = {"type": "call", "summary": "x"}
    _, interaction = api("POST /customers/{customer_id}/interactions", new, of=one)
    real = {"customer_id": one, "note_id": note["id"], "interaction_id": interaction["id"]}
    document = document_for(CALLER | {"tenant": api.tenant.id})
    explore(document, f"{method} {path}", GenerationMode.POSITIVE, examples=25, params=real)
    assert api("GET /customers/{customer_id}", of=one)[0] == 200
