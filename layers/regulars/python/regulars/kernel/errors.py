"""The one error tree. It maps to HTTP once (`kernel.http.serve`) and to queue failures once (`kernel.worker`).

RegularsError
├── InvalidError (422)              the request is well formed but cannot be accepted; carries field faults
│   └── KeyReusedError (422)        an Idempotency-Key came back with another body
├── MalformedError (400)            not JSON, wrong encoding, bad header, bad cursor
├── UnauthenticatedError (401)      no credential, or one that does not verify
├── ForbiddenError (403)            a verified caller without the permission
├── NotFoundError (404)             not there, or not this caller's
├── MethodNotAllowedError (405)     the path exists, the method does not
├── GoneError (410)                 was there and has been deleted
├── ConflictError (409)             the present state does not allow it (duplicate, wrong status, key in flight)
├── StaleError (412)                If-Match names a version that is no longer the current one
├── TooLargeError (413)
├── UnsupportedMediaError (415)
├── TooManyError (429)              over a rate or a quota; carries `retry_after` seconds
├── UnavailableError (503)          a dependency keeps refusing; safe to retry
├── BrokenError (500)               an invariant of ours does not hold; nothing was written
└── SettingsError                   a function started without a setting it needs
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field: `pointer` is an RFC 6901 JSON pointer (`/lines/0/quantity`) or a parameter's name."""

    pointer: str
    detail: str


class RegularsError(Exception):
    """Root of all errors that Regulars raises on purpose."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)


class InvalidError(RegularsError):
    status, slug, title = 422, "invalid", "The request cannot be accepted"

    @classmethod
    def of(cls, pointer: str, detail: str) -> "InvalidError":
        """An error about exactly one field."""
        return cls(detail, [Fault(pointer, detail)])


class KeyReusedError(InvalidError):
    slug, title = "idempotency-key-reused", "This Idempotency-Key was used with another request"


class MalformedError(RegularsError):
    status, slug, title = 400, "malformed", "The request cannot be read"


class UnauthenticatedError(RegularsError):
    status, slug, title = 401, "unauthenticated", "A valid credential is needed"


class ForbiddenError(RegularsError):
    status, slug, title = 403, "forbidden", "This credential does not permit that"


class NotFoundError(RegularsError):
    status, slug, title = 404, "not-found", "There is no such thing here"


class MethodNotAllowedError(RegularsError):
    status, slug, title = 405, "method-not-allowed", "This method does not exist here"


class GoneError(RegularsError):
    status, slug, title = 410, "gone", "This has been deleted"


class ConflictError(RegularsError):
    status, slug, title = 409, "conflict", "The current state does not allow that"


class StaleError(RegularsError):
    status, slug, title = 412, "stale", "It has changed since you read it"


class TooLargeError(RegularsError):
    status, slug, title = 413, "too-large", "The request is too large"


class UnsupportedMediaError(RegularsError):
    status, slug, title = 415, "unsupported-media-type", "Send application/json"


class TooManyError(RegularsError):
    status, slug, title = 429, "too-many", "Too many requests"

    def __init__(self, detail: str = "", retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class UnavailableError(RegularsError):
    status, slug, title = 503, "unavailable", "Try again in a moment"


class BrokenError(RegularsError):
    """An invariant of ours does not hold."""


class SettingsError(RegularsError):
    """A function was started without a setting that it needs."""
