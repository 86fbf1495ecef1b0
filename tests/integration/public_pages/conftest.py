"""Public pages as a browser meets them."""

import base64
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.settings_store import forget_messaging_settings
from tests.integration.messaging.sent import put_delivery
from tests.integration.pipeline.shop import new_customer, open_shop


@pytest.fixture(autouse=True)
def _fresh(table: str) -> None:
    forget_messaging_settings()


@pytest.fixture
def shop(tenant: Tenant, now: datetime) -> Tenant:
    return open_shop(tenant, now)


@pytest.fixture
def ann(shop: Tenant, now: datetime) -> str:
    return new_customer(shop, now, phone="+447911123456")


@pytest.fixture
def delivery(shop: Tenant, ann: str, now: datetime) -> Delivery:
    """A promotion that was delivered to Ann."""
    made = Delivery(
        new_id("dlv", now),
        ann,
        Channel.EMAIL,
        "spring",
        "",
        State.DELIVERED,
        now,
        category="promotions",
        campaign_id=new_id("cmp", now),
        attempted_at=now,
        sent_at=now,
        delivered_at=now,
    )
    put_delivery(shop, made)
    return made


class Browser:
    """Calls the function as API Gateway would."""

    def __init__(self) -> None:
        from public_pages.handler import handler

        self._handler = handler

    def get(self, path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
        return self._call(method, path, None, headers)

    def post(self, path: str, fields: Any = (), **headers: str) -> dict[str, Any]:
        headers = {"content-type": "application/x-www-form-urlencoded"} | headers
        return self._call("POST", path, urlencode(fields, doseq=True), headers)

    def send(self, path: str, body: str, media: str) -> dict[str, Any]:
        return self._call("POST", path, body, {"content-type": media})

    def _call(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> dict[str, Any]:
        path = path.removeprefix("https://regulars.test")
        head, _, query = path.partition("?")
        first, ref = head.strip("/").split("/", 1)
        event = {
            "version": "2.0",
            "routeKey": f"{method} /{first}/{{ref}}",
            "rawPath": head,
            "rawQueryString": query,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "pathParameters": {"ref": ref},
            "requestContext": {
                "requestId": "req-1",
                "http": {"method": method, "path": head, "sourceIp": "203.0.113.9", "userAgent": "test"},
            },
            "body": base64.b64encode(body.encode()).decode() if body is not None else None,
            "isBase64Encoded": body is not None,
        }
        return self._handler(event, None)


@pytest.fixture
def browser() -> Browser:
    return Browser()
