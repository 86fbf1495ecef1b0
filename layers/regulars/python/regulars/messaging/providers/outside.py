"""HTTP requests to addresses that others have named: never into our own network, and never for long.

A name is resolved once, every address it stands for must be a public one, and the connection goes to the very address that was
looked at, so that a name which changes between the look and the connection leads nowhere.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

_CONNECT_SECONDS, _SECONDS = 3.0, 8.0
_LARGEST_ANSWER = 64 * 1024
# IPv6 addresses with an IPv4 address inside, which a gateway would translate to; and what older Pythons take for public.
_NEVER = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "192.0.0.0/24", "192.88.99.0/24"))
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowedError(ValueError):
    """The address is none that may be asked for; nothing was sent."""


class NotReachedError(OSError):
    """Nobody was there; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: https everywhere; http to this machine only, and only where that is allowed."""

    host: str
    port: int
    path: str
    secure: bool
    to_loopback: bool

    @classmethod
    def of(cls, url: str, *, to_loopback: bool = False) -> "Target":
        """Raises NotAllowedError."""
        if not url.isascii() or not url.isprintable() or " " in url:
            raise NotAllowedError("not a URL")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise NotAllowedError("not a URL") from error
        if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
            raise NotAllowedError("not a URL that can be posted to")
        secure = parts.scheme == "https"
        if not secure and not to_loopback:
            raise NotAllowedError("only https is posted to")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.hostname, port or (443 if secure else 80), path, secure, to_loopback)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Answered | None:
    """The status of the answer, or None when the request went out and none came in time. Redirects are not followed.
    Raises NotAllowedError, NotReachedError."""
    connection = _Connection(target, _address(target))
    until = time.monotonic() + _SECONDS
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise NotReachedError(type(error).__name__) from error
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        _read(answer, connection, until)
        return Answered(answer.status)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local (instance metadata), shared,
    multicast or reserved, and not an IPv6 form of such an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _address(target: Target) -> str:
    """The address to connect to. One that is not public among those of a name is enough to refuse."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReachedError("the name is not known") from error
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if target.to_loopback and all(address.is_loopback for address in addresses):
        return str(addresses[0])
    if not target.secure:
        raise NotAllowedError("only https is posted to")
    if not addresses or not all(map(is_public, addresses)):
        raise NotAllowedError("the address is not a public one")
    return str(addresses[0])


def _read(answer: http.client.HTTPResponse, connection: "_Connection", until: float) -> None:
    """Enough of the body to be polite; a server that drips it is cut off."""
    left = _LARGEST_ANSWER
    while left > 0 and time.monotonic() < until:
        connection.wait_no_longer_than(until - time.monotonic())
        try:
            piece = answer.read1(min(left, 8192))
        except OSError:
            return
        if not piece:
            return
        left -= len(piece)


class _Connection(http.client.HTTPConnection):
    """To a given address, whatever the name in the URL says at this moment; certificates are checked against the name."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=_CONNECT_SECONDS)
        self._target = target
        self._to = address

    def connect(self) -> None:
        raw = socket.create_connection((self._to, self._target.port), timeout=_CONNECT_SECONDS)
        if self._target.secure:
            raw = _tls().wrap_socket(raw, server_hostname=self._target.host)
        raw.settimeout(_SECONDS)
        self.sock = raw

    def wait_no_longer_than(self, seconds: float) -> None:
        if self.sock is not None:
            self.sock.settimeout(max(seconds, 0.01))


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
