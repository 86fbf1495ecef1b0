"""The authorizer of every route (payload format 2.0, simple response).

It always lets the request through and says who calls, or why nobody does: the function behind then answers 401 in the
API's own form (RFC 9457), which a refusal here could not.
"""

from typing import Any

from authorize_requests.credentials import Credential, credential_of
from regulars.kernel.clock import SystemClock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.logs import logger
from regulars.kernel.settings import (
    SignInSettings,
    StageSettings,
    TableSettings,
    TokenSettings,
    VerifyStaffSettings,
)
from regulars.platform.admission import Admitted, admit_bearer, admit_key
from regulars.platform.tokens import RefusedError

for _needed in (StageSettings, TableSettings, TokenSettings, SignInSettings, VerifyStaffSettings):
    _needed.load()
_log = logger("authorizer")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The caller of a request, as the context that API Gateway passes on (text values only)."""
    begin_work(Work(correlation=str(event.get("requestContext", {}).get("requestId", ""))))
    try:
        passed = _caller(event)
    except RefusedError as refused:
        passed = {"refusal": refused.reason}
    except Exception:  # noqa: BLE001  (the outermost edge)
        _log.exception("the credential could not be looked at")
        passed = {"refusal": "unavailable"}
    _log.info("looked at", extra={"caller": passed.get("caller_kind"), "refusal": passed.get("refusal")})
    return {"isAuthorized": True, "context": passed}


def _caller(event: dict[str, Any]) -> dict[str, str]:
    credential = credential_of(event)
    admitted = _admit(credential)
    return {
        "tenant": admitted.tenant.id if admitted.tenant else "",
        "caller_kind": admitted.kind,
        "caller_id": admitted.id,
        "role": admitted.role,
        "scopes": admitted.scopes,
        "credential": credential.kind,
    }


def _admit(credential: Credential) -> Admitted:
    now = SystemClock().now()
    if credential.kind == "key":
        return admit_key(credential.text, now)
    return admit_bearer(credential.text, now)
