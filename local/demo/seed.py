"""Makes the demo tenants: `demo` with a real shop's year, `other` small. What is done is skipped, what was begun goes on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from local.demo import people, retail, small_shop
from local.demo.api import Api, ApiError, Say, upload
from local.endpoints import Endpoints
from local.engine import REGION
from local.engine_state import saved_port
from local.paths import local_folder
from local.ports import LOOPBACK

# Known to everybody who reads this: such accounts exist in the local run only.
PASSWORD = "Regulars-demo-2026"  # noqa: S105
TENANTS: dict[str, dict[str, Any]] = {
    "demo": {
        "name": "Gifts of London",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "languages": ["en", "de", "pl"],
        "sender": {"name": "Gifts of London", "email": "hello@gifts.example"},
        "owner": {"email": "owner@gifts.example", "name": "Olivia Owner"},
    },
    "other": {
        "name": "Filiżanka",
        "time_zone": "Europe/Warsaw",
        "currency": "EUR",
        "languages": ["pl", "en", "de"],
        "sender": {"name": "Filiżanka", "email": "sklep@filizanka.example"},
        "owner": {"email": "owner@filizanka.example", "name": "Wanda Właścicielka"},
    },
}
SCOPES = [
    "customers:read",
    "customers:write",
    "products:read",
    "products:write",
    "orders:read",
    "orders:write",
    "events:write",
    "jobs:read",
    "stats:read",
]


class Memory:
    """What the seed has done so far, on disk after every step."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, tenant: str) -> dict[str, Any]:
        return self._known.setdefault(tenant, {})

    def keep(self, tenant: str, **facts: Any) -> None:
        self.of(tenant).update(facts)
        scratch = self._file.with_suffix(".tmp")
        scratch.write_text(json.dumps(self._known, indent=2) + "\n")
        scratch.replace(self._file)

    def forget(self, tenant: str) -> None:
        self._known.pop(tenant, None)


def seed(endpoints: Endpoints, progress: Say) -> None:
    """Make both tenants. `progress` is told what happens, a line at a time. Raises ApiError when the API refuses something."""
    memory = Memory(endpoints.file.with_name("demo.json"))
    for name in TENANTS:
        _tenant(endpoints, memory, name, progress)
    if not memory.of("other").get("filled"):
        small_shop.fill(_owner(endpoints, "other"), datetime.now(UTC))
        memory.keep("other", filled=True)
        progress("other: 20 customers and 12 orders")
    _retail(_owner(endpoints, "demo"), memory, progress)


def _owner(endpoints: Endpoints, name: str) -> Api:
    return Api(endpoints.api, endpoints.tenants[name]["owner_token"])


def _tenant(endpoints: Endpoints, memory: Memory, name: str, progress: Say) -> None:
    operator = Api(endpoints.api, endpoints.operator_token())
    known = memory.of(name).get("id")
    if known and _exists(operator, known) and name in endpoints.tenants:
        return
    if not known or not _exists(operator, known):
        memory.forget(name)
        known = operator.post("/tenants", TENANTS[name], f"demo-tenant-{name}")["id"]
        memory.keep(name, id=known)
    owner = TENANTS[name]["owner"]["email"]
    _set_password(owner)
    api = Api(endpoints.api, endpoints.staff_token(known, "owner"))
    key = api.post("/api-keys", {"label": "Local demo", "scopes": SCOPES})["key"]
    endpoints.add_tenant(name, known, key)
    progress(f"tenant {name}: sign in to the console as {owner} with the password {PASSWORD}")


def _exists(operator: Api, tenant_id: str) -> bool:
    try:
        operator.get(f"/tenants/{tenant_id}")
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    return True


def _set_password(email: str) -> None:
    """What the owner would do at the first sign-in, with the temporary password from the invitation."""
    folder = local_folder()
    outputs = json.loads(folder.deployment.read_text())["outputs"]
    accounts = boto3.client(
        "cognito-idp",
        endpoint_url=f"http://{LOOPBACK}:{saved_port(folder.state)}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
    )
    accounts.admin_set_user_password(
        UserPoolId=outputs["RegularsData-local"]["UserPoolId"],
        Username=email,
        Password=PASSWORD,
        Permanent=True,
    )


def _retail(api: Api, memory: Memory, progress: Say) -> None:
    _year(api, memory, progress)
    if not memory.of("demo").get("named"):
        _import(api, memory, "customers", people.people(), progress)
        memory.keep("demo", named=True)
        progress("demo: the customers have names and addresses, all invented")


def _year(api: Api, memory: Memory, progress: Say) -> None:
    if memory.of("demo").get("imported"):
        return
    begun = datetime.now(UTC)
    _import(api, memory, "products", retail.products(), progress)
    weeks = retail.shift_weeks(begun)
    job = _import(api, memory, "order_lines", retail.order_lines(weeks), progress)
    memory.keep("demo", imported=True)
    counts = job["counts"]
    seconds = (datetime.now(UTC) - begun).total_seconds()
    progress(
        f"demo: {counts['customers']:,} customers, {counts['orders']:,} orders and {counts['refunds']:,} refunds"
        f" from {counts['read']:,} lines ({counts['refused']:,} without a customer refused) in {seconds:.0f} s"
    )


def _import(api: Api, memory: Memory, kind: str, data: bytes, progress: Say) -> dict[str, Any]:
    """Run an import to its end; one that was started before is waited for, and resumed if it failed."""
    job_id = memory.of("demo").get(kind)
    if job_id is None:
        begun = api.post("/imports", {"kind": kind, "format": "csv", "name": _FILES[kind]})
        upload(begun["upload"], data)
        job_id = begun["job"]["id"]
        options = {} if kind == "customers" else {"refund_prefix": "C", "currency": "GBP"}
        api.post(f"/imports/{job_id}/start", {"mapping": _MAPPINGS[kind], "options": options})
        memory.keep("demo", **{kind: job_id})
    elif api.get(f"/jobs/{job_id}")["state"] not in {"succeeded", "cancelled"}:
        api.post(f"/jobs/{job_id}/resume", {})
    return api.finish(job_id, progress)


_FILES = {
    "products": "stock_descriptions.csv",
    "order_lines": "online_retail.csv.gz",
    "customers": "people.csv",
}
_MAPPINGS = {
    "products": retail.PRODUCT_MAPPING,
    "order_lines": retail.ORDER_MAPPING,
    "customers": people.MAPPING,
}
