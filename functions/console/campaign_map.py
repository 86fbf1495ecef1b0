"""Where people clicked: the links of a message with their shares, and a mail with the clicks written at its links. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from console.campaign_rates import rate_text
from regulars.campaigns import LinkFigures

_ANCHOR = re.compile(
    r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*>.*?</a\s*>", re.IGNORECASE | re.DOTALL
)
_MARK = (
    '<span style="display:inline-block;margin:0 4px;padding:1px 6px;border-radius:9px;background:#0b6448;color:#fff;'
    'font:600 11px/16px sans-serif;vertical-align:middle">{}</span>'
)


@dataclass(frozen=True)
class LinkRow:
    """A link in the table; `href` is empty for what is no web address."""

    number: str
    url: str
    href: str
    people: int
    share: str
    width: float


def rows_of(links: Sequence[LinkFigures], reached: int) -> list[LinkRow]:
    """The links, the most clicked first, with the share of those who got the message."""
    most = max((one.people for one in links), default=0) or 1
    return [
        LinkRow(
            one.number,
            one.url or f"Link {one.number} of “{one.template}”",
            one.url if urlsplit(one.url).scheme in {"http", "https"} else "",
            one.people,
            rate_text(one.people, reached),
            round(100 * one.people / most, 1),
        )
        for one in links
    ]


def people_by_url(links: Sequence[LinkFigures]) -> dict[str, int]:
    """How many people clicked each destination."""
    found: dict[str, int] = {}
    for one in links:
        if one.url:
            found[one.url] = found.get(one.url, 0) + one.people
    return found


def marked(html: str, people: Mapping[str, int], reached: int) -> str:
    """The mail with a mark after each link that was clicked: how many people, and which share."""

    def mark(found: re.Match[str]) -> str:
        count = people.get(unescape(found[1] or found[2] or ""), 0)
        if not count:
            return found[0]
        return found[0] + _MARK.format(f"{count:,} · {rate_text(count, reached)}")

    return _ANCHOR.sub(mark, html)
