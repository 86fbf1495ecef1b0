"""Cursor pagination: opaque to the client, bound to the tenant and the list by the keys inside."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from regulars.kernel.errors import MalformedError
from regulars.kernel.table import Found
from regulars.kernel.tenancy import Tenant

T = TypeVar("T")
S = TypeVar("S")

MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page, None on the last."""

    items: list[T]
    next: str | None = None


def page_of(found: Found[S], view: Callable[[S], T]) -> Page[T]:
    """A page of what was found, each item through `view`."""
    return Page([view(item) for item in found.items], encode_cursor(found.last) if found.last else None)


def encode_cursor(last: dict[str, Any]) -> str:
    """The keys where a page ended (DynamoDB's form, text keys only) as URL-safe text."""
    plain = {name: value["S"] for name, value in last.items()}
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(tenant: Tenant, cursor: str | None) -> dict[str, Any] | None:
    """The position a cursor stands for. Raises MalformedError for one that is not this tenant's."""
    if not cursor:
        return None
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        keys = {str(name): {"S": str(value)} for name, value in plain.items()}
    except (ValueError, binascii.Error, AttributeError, RecursionError) as error:
        raise MalformedError("the cursor is not one that was given out here") from error
    own = tenant.partition()
    if not keys or not all(
        (value["S"] + "#").startswith(own + "#") for name, value in keys.items() if name.endswith("pk")
    ):
        raise MalformedError("the cursor is not one that was given out here")
    return keys
