"""UTM parameters and what may be redirected to. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

_LONGEST = 8000


def redirectable(url: str) -> str:
    """`url` as it may stand in a header: what is not ASCII in percent-encoding, the host in Punycode. "" for what a browser must
    not be sent to: anything but a web page, and anything with a control character, which could begin a header of its own."""
    if not url.isprintable() or "\\" in url or len(url) > _LONGEST:
        return ""
    try:
        parts = urlsplit(url)
        # A port that is none raises when it is read.
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
            return ""
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return ""
    return quote(url.replace(parts.netloc, host, 1), safe="%/:?#[]@!$&'()*+,;=~-._")


def with_utm(url: str, values: Mapping[str, str]) -> str:
    """`url` with `utm_<name>` for each value that is not empty; what the address says already stays, byte for byte."""
    address, hash_sign, fragment = url.partition("#")
    base, _, query = address.partition("?")
    there = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True, errors="replace")}
    added = "&".join(
        f"utm_{name}={quote(value, safe='')}"
        for name, value in values.items()
        if value and f"utm_{name}" not in there
    )
    if not added:
        return url
    joint = "&" if query and not query.endswith("&") else ""
    return f"{base}?{query}{joint}{added}{hash_sign}{fragment}"
