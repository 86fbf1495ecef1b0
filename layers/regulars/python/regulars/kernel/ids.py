"""Ids: `<prefix>_<ULID>`: sortable by time, unguessable, 26 characters of Crockford base 32 after the prefix."""

import hashlib
import os
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def base32(number: int, length: int) -> str:
    """`number` as `length` characters of Crockford base 32."""
    odd = length % 2
    pairs = "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * (length - odd) - 10, -1, -10)])
    return _ALPHABET[number >> 5 * (length - 1) & 31] + pairs if odd else pairs


def _time(at: datetime) -> str:
    return base32(int(at.timestamp() * 1000), 10)


def ulid(at: datetime) -> str:
    """A ULID: 48 bits of milliseconds and 80 random bits."""
    return _time(at) + base32(int.from_bytes(os.urandom(10)), 16)


def new_id(prefix: str, at: datetime) -> str:
    """A new id such as `cus_01K…`."""
    return f"{prefix}_{ulid(at)}"


def digest(*parts: str) -> str:
    """80 bits of a hash of the parts as 16 characters: the same parts give the same text for ever."""
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return base32(int.from_bytes(hashlib.blake2b(text, digest_size=10).digest()), 16)


def natural_id(prefix: str, at: datetime, *parts: str) -> str:
    """An id whose last 16 characters depend on a natural key alone (see `digest`).

    The first of `parts` is the tenant's id, which no outsider knows, so that the id cannot be guessed. What is stored under
    the digest is unique by its key: no guard item is needed (docs/adr/0005).
    """
    return f"{prefix}_{_time(at)}{digest(*parts)}"


def tail(identifier: str) -> str:
    """The digest part of a natural id; empty when `identifier` is not of that form."""
    return identifier[-16:] if len(identifier.rpartition("_")[2]) == 26 else ""


def time_of(identifier: str) -> datetime:
    """The moment in an id's first ten characters."""
    number = 0
    for character in identifier.rpartition("_")[2][:10]:
        number = number * 32 + _ALPHABET.index(character)
    return datetime.fromtimestamp(number / 1000, UTC)
