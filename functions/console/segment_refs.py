"""Customers as somebody pastes them: addresses, the shop's own ids or ours, in lines or separated by commas."""

import re

from pydantic import ValidationError

from console.formats import number
from regulars.customers import CustomerRef, is_customer_id
from regulars.kernel.errors import InvalidError
from regulars.segments import MembersChanged

MOST = 1000
_BETWEEN = re.compile(r"[\n\r,;\t]+")
_SHOWN = 5


def refs_in(text: str) -> list[CustomerRef]:
    """Who is named, each once. Raises InvalidError for more than MOST, or for what names nobody."""
    named = list(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))
    if len(named) > MOST:
        raise InvalidError.of("/members", f"at most {number(MOST)} at a time; import a file for more")
    try:
        return [_ref(one) for one in named]
    except ValidationError as error:
        raise InvalidError.of("/members", "one of these is too long to be an address or an id") from error


def _ref(text: str) -> CustomerRef:
    if is_customer_id(text):
        return CustomerRef(id=text)
    return CustomerRef(email=text) if "@" in text else CustomerRef(external_id=text)


def told(changed: MembersChanged) -> str:
    """`12 added, 3 were in already; nobody is known as ann@example.com`."""
    parts = [
        text
        for count, text in (
            (changed.added, f"{number(changed.added)} added"),
            (changed.removed, f"{number(changed.removed)} taken out"),
            (changed.unchanged, f"{number(changed.unchanged)} were as they are"),
        )
        if count
    ]
    unknown = changed.unknown
    if unknown:
        more = f" and {number(len(unknown) - _SHOWN)} more" if len(unknown) > _SHOWN else ""
        parts.append(f"nobody is known as {', '.join(unknown[:_SHOWN])}{more}")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] if parts else "Nobody was named"
