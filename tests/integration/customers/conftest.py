"""The customers API as a shop's client sees it, and a meter of request units."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from customers_api.handler import handler
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from tests.events import http_event
from tests.integration.customers.capacity import read_units


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


Meter = Callable[[], AbstractContextManager[list[float]]]


@pytest.fixture
def meter(table: str) -> Meter:
    """`with meter() as spent:` … `sum(spent)` are the read request units (see `capacity`)."""
    Item.exists()
    client = Item._get_connection().connection.client
    asked: dict[str, Any] = {}

    def ask(params: dict[str, Any], **_: Any) -> None:
        asked.clear()
        asked.update(params)

    @contextmanager
    def measured() -> Iterator[list[float]]:
        spent: list[float] = []

        def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
            spent.append(read_units(model.name, asked, parsed))

        client.meta.events.register("provide-client-params.dynamodb.*", ask)
        client.meta.events.register("after-call.dynamodb.*", note)
        yield spent
        client.meta.events.unregister("provide-client-params.dynamodb.*", ask)
        client.meta.events.unregister("after-call.dynamodb.*", note)

    return measured
