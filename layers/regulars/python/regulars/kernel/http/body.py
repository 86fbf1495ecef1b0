"""Reading a JSON body strictly (RFC 8259, and what it leaves open is refused): no duplicate names, no NaN, no NUL, valid
Unicode, bounded size. Raises errors that name the place."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from regulars.kernel.errors import (
    Fault,
    InvalidError,
    MalformedError,
    TooLargeError,
    UnsupportedMediaError,
)

MAX_BODY = 128 * 1024
_JSON = "application/json"
_JSON_MEDIA = re.compile(r"\s*application/([\w.-]+\+)?json\s*(;|\Z)", re.IGNORECASE)


class _DuplicateNameError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    raise _DuplicateNameError(next(name for name in names if names.count(name) > 1))


def _no_constant(text: str) -> NoReturn:
    raise MalformedError(f"{text} is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def read_json(event: dict[str, Any], limit: int = MAX_BODY) -> Any:
    """The JSON value in an API Gateway event's body."""
    text = _text(event, limit)
    try:
        value = _decoder.decode(text)
    except _DuplicateNameError as error:
        name = str(error)[:100]
        raise InvalidError(
            f"the name {name!r} appears twice", [Fault(f"/{name}", "appears twice")]
        ) from error
    except json.JSONDecodeError as error:
        raise MalformedError(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise MalformedError("the JSON is nested too deeply") from error
    except ValueError as error:
        raise MalformedError("a number in the JSON is too long") from error
    if "\\u" in text:
        _refuse_bad_text(value, "")
    return value


def _text(event: dict[str, Any], limit: int) -> str:
    raw: str = event.get("body") or ""
    media = event.get("headers", {}).get("content-type", _JSON)
    if media != _JSON and not _JSON_MEDIA.match(media):
        raise UnsupportedMediaError
    if len(raw) > limit * (2 if event.get("isBase64Encoded") else 1):
        raise TooLargeError(f"the body may have {limit // 1024} KB at the most")
    if raw.isascii() and not event.get("isBase64Encoded"):
        return raw
    try:
        data = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode()
        if len(data) > limit:
            raise TooLargeError(f"the body may have {limit // 1024} KB at the most")
        text = data.decode()
        if "\ufffd" in text:
            raise MalformedError(
                "the body is not UTF-8 text: it has been through a decoder that lost characters"
            )
        return text
    except (UnicodeError, binascii.Error) as error:
        raise MalformedError("the body is not UTF-8 text") from error


def _refuse_bad_text(value: Any, at: str) -> None:
    """Refuse NUL and lone surrogates, which escapes can smuggle in."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidError.of(at or "/", "contains a character that is not allowed")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_bad_text(name, f"{at}/{name.encode('utf-8', 'replace').decode()}")
            _refuse_bad_text(inner, f"{at}/{name.encode('utf-8', 'replace').decode()}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_bad_text(inner, f"{at}/{index}")
