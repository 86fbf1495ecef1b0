"""What is asked of SNS over HTTP: its certificates, and that it confirms a subscription. Addresses come here checked."""

import http.client
from functools import lru_cache
from urllib.parse import urlsplit

from regulars.kernel.errors import UnavailableError

_SECONDS = 5.0
_LARGEST = 64 * 1024


@lru_cache(maxsize=16)
def certificate(url: str) -> bytes:
    """PEM, fetched once a process. Raises UnavailableError."""
    return fetch(url)


def fetch(url: str) -> bytes:
    """The body of an https address; redirects are not followed. Raises UnavailableError."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc, timeout=_SECONDS)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        body = answer.read(_LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError from error
    finally:
        connection.close()
    if answer.status != 200:
        raise UnavailableError
    return body
