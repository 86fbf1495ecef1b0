"""What goes into a mail's head, made safe: nobody's name, subject or tag can add a header of its own. Pure."""

import re
from collections.abc import Mapping
from email.header import Header
from email.utils import formataddr
from functools import lru_cache

from regulars.messaging.model import Sender, one_line

_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\\\"@]+@[^\s,;:<>()\[\]\\\"@]+\Z")
_NAME = re.compile(r"[!-9;-@A-~]{1,126}\Z")
_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9_.@-]")
_LONGEST_VALUE = 995


def address(sender: Sender) -> str:
    """`name <email>` for a header: encoded words for what is not ASCII, and never a line break."""
    return formataddr((one_line(sender.name, 100), ascii_address(sender.email) or ""))


def ascii_address(text: str) -> str | None:
    """One address as providers take it, its domain in ASCII (IDNA); None for anything that is not exactly one."""
    clean = one_line(text, 320)
    if not _ADDRESS.match(clean):
        return None
    name, _, domain = clean.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}" if name.isascii() else None
    except UnicodeError:
        return None


def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers in printable ASCII, one line each; names that are none are left out."""
    safe = {}
    for name, value in headers.items():
        line = one_line(value, _LONGEST_VALUE)
        if _NAME.match(name) and line:
            safe[name] = line if line.isascii() else _encoded(line)
    return safe


def safe_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags in the characters that SES allows; others become `_`."""
    return {_tag(name): _tag(value) for name, value in tags.items() if name and value}


# Most tags of a batch are the same for all.
@lru_cache(maxsize=1024)
def _tag(text: str) -> str:
    return _NOT_IN_TAGS.sub("_", text)[:256]


def _encoded(line: str) -> str:
    # Unfolded, and cut by whole encoded words, so that no half of one is left.
    words = Header(line, "utf-8", maxlinelen=75).encode(linesep="\n").split("\n")
    text = ""
    for word in words:
        if len(text) + len(word) > _LONGEST_VALUE:
            break
        text += word
    return text
