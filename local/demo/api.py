"""The API from outside: JSON in and out, and files through upload forms."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

Say = Callable[[str], None]
TIMEOUT_SECONDS = 60
POLL_SECONDS = 2.0
ENDED = frozenset({"succeeded", "failed", "cancelled"})


class ApiError(RuntimeError):
    """An answer that is no success; `status` is its HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


class Api:
    """Calls with one credential."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Any, key: str = "") -> Any:
        """`key` is the Idempotency-Key: the same call again has no second effect."""
        return self._call("POST", path, body, {"idempotency-key": key} if key else {})

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"} | headers
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        return json.loads(_send(request) or b"null")

    def finish(self, job_id: str, say: Say) -> dict[str, Any]:
        """Wait for a job to end, telling of its progress. Raises ApiError when it fails."""
        told = -10
        while True:
            job: dict[str, Any] = self.get(f"/jobs/{job_id}")
            if job["state"] in ENDED:
                break
            if job["percent"] >= told + 10:
                told = job["percent"] - job["percent"] % 10
                say(f"{job['name']}: {job['percent']} %{_remaining(job)}")
            time.sleep(POLL_SECONDS)
        if job["state"] != "succeeded":
            raise ApiError(0, f"{job['name']} {job['state']}: {job['message']}")
        return job


def _remaining(job: dict[str, Any]) -> str:
    return f", about {job['eta_seconds']} s to go" if job["eta_seconds"] else ""


def upload(form: dict[str, Any], data: bytes) -> None:
    """Send a file by an upload form, as a browser does."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
    parts += [
        f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(),
        data,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    _send(urllib.request.Request(form["url"], b"".join(parts), headers, method="POST"))


def _send(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise ApiError(error.code, error.read().decode("utf-8", "replace")[:500]) from error
