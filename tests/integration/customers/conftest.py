"""The customers API as a shop's client sees it."""

import json
from typing import Any

import pytest

from customers_api.handler import handler
from regulars.kernel.tenancy import Tenant
from tests.events import http_event


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`, its headers are in `headers`."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.headers: dict[str, str] = {}

    def __call__(self, route: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        params = how.pop("params", {}) | ({"customer_id": how.pop("of")} if "of" in how else {})
        answer = handler(http_event(route, tenant=self.tenant.id, body=body, params=params, **how), None)
        self.headers = answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def created(self, **profile: Any) -> dict[str, Any]:
        status, body = self("POST /customers", profile)
        assert status == 201, body
        return body


@pytest.fixture
def api(tenant: Tenant) -> Api:
    return Api(tenant)


@pytest.fixture
def other_api(other_tenant: Tenant) -> Api:
    return Api(other_tenant)
