"""Generated input against the handlers in process: no 5xx, and no answer that is not documented."""

from typing import Any

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

from tests.gateway import Gateway

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def document_for(authorizer: dict[str, str]) -> BaseSchema:
    """The generated document, whose requests go to the handlers as this caller's."""
    gateway = Gateway(authorizer)
    document = schemathesis.openapi.from_dict(gateway.document)
    document.app = gateway
    return document


def explore(
    document: BaseSchema,
    key: str,
    mode: GenerationMode,
    *,
    examples: int,
    params: dict[str, Any] | None = None,
) -> None:
    """Send generated requests to one operation (`GET /customers`); `params` replace generated path parameters."""
    method, path = key.split(" ")
    real = params or {}

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(document[path][method].as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        case.path_parameters |= {name: value for name, value in real.items() if name in case.path_parameters}
        case.call_and_validate(checks=CHECKS)

    send()
