"""What is answered without looking anything up."""

import base64
from typing import Any

from regulars.kernel.http.answer import Answer

# A transparent GIF of one pixel, 43 bytes.
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not found</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="robots" content="noindex"></head>'
    "<body><h1>There is nothing here</h1><p>The link is not complete, or what it led to is gone.</p></body></html>"
)
# Who follows a link is nobody else's business, and no search engine's.
_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
PIXEL = Answer(
    200,
    base64.b64encode(_GIF).decode(),
    _HEADERS | {"content-type": "image/gif", "content-length": str(len(_GIF))},
    binary=True,
)


def redirection(url: str) -> Answer:
    """Sends the browser to `url`."""
    return Answer(302, "", _HEADERS | {"location": url})


def nothing_here(answer: dict[str, Any]) -> dict[str, Any]:
    """The plain page in place of an error: 404 for all that is not ours to say, 503 when we could not look."""
    status = 503 if answer["statusCode"] >= 500 else 404
    headers = answer["headers"] | _HEADERS
    headers |= {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
    }
    return answer | {"statusCode": status, "headers": headers, "body": _PAGE}
