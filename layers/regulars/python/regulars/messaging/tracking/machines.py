"""Whether a person opened a mail or followed a link, or a machine did. Pure.

A machine's opens and clicks are marked and left out of rates, scores and triggers; machines are redirected like people. What
cannot be told apart is a person: a scanner that poses as a browser and asks for one link only.

Sources: user agents as in crawler-user-agents and Crawler-Detect (both MIT; too heavy to match against at each click, and both
count Gmail's proxy, through which people open, as a machine); Apple's proxy says `Mozilla/5.0` and nothing more
(help.socketlabs.com, "Identifying Apple MPP Opens"); Gmail's and Outlook's own prefetching as in jdavidbakr/mail-tracker#255 and
phpList/phplist3#415; that scanners take every link within a second or two: mautic/mautic#16263.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Proxies through which people open, once the mail lies in front of them; what they fetch at once they fetch for themselves.
_PROXIES = re.compile(r"googleimageproxy|ggpht\.com|yahoomailproxy", re.IGNORECASE)
_AT_ONCE = timedelta(seconds=10)

# Words that no browser of a person has.
_WORDS = (
    # scanners of mail
    "barracuda|mimecast|proofpoint|safelinks|ironport|ciscosecure|cisco-?amp|symantec|messagelabs|fireeye|trendmicro|tmes"
    "|sophos|fortinet|fortimail|forcepoint|zscaler|f-secure|withsecure|bitdefender|kaspersky|trustwave|vade ?secure|spamexperts"
    "|retarus|hornetsecurity|avanan|checkpoint|cloudmark|urldefense|mailguard|microsoft office existence discovery|bingpreview"
    "|google-safety|googlesecurityscanner|virustotal|urlscan|phish|cuckoo|"
    # previews of links
    "facebookexternalhit|facebookcatalog|whatsapp|telegrambot|twitterbot|slackbot|slack-imgproxy|discordbot|skypeuripreview"
    "|linkedinbot|vkshare|redditbot|mastodon|iframely|embedly|preview|google-pagerenderer|"
    # crawlers, programs and browsers without a screen; Cubot makes telephones
    "(?<!cu)bot\\b|crawl|spider|slurp|scrap|scan|monitor|headless|phantomjs|puppeteer|playwright|selenium|lighthouse|prerender"
    "|curl/|wget/|python-|python/|aiohttp|httpx|go-http-client|okhttp|java/|apache-httpclient|libwww|lwp::|ruby|php/|guzzle"
    "|axios|node-fetch|undici|postman|insomnia|winhttp|feed"
)
_MACHINES = re.compile(f"(?:{_WORDS})", re.IGNORECASE)
# Gmail fetches images beforehand as a browser that nobody has had for ten years, and says Mozilla twice.
_PREFETCHING = re.compile(r"Edge/12\.246 Mozilla/5\.0\Z")
_APPLE = re.compile(r"Mozilla/[45]\.0\Z")

# A person does not reach for so many links of a message in so short a time.
BURST = timedelta(seconds=1)
MANY_LINKS = 3


def asks_for_itself(user_agent: str, method: str = "GET") -> bool:
    """Whether who sent a request is a machine by what it says of itself, or by saying nothing."""
    agent = user_agent.strip()
    if method not in {"GET", "POST"} or len(agent) < 4:
        return True
    if _PROXIES.search(agent):
        return False
    return bool(_APPLE.match(agent) or _PREFETCHING.search(agent) or _MACHINES.search(agent))


def is_machine_open(user_agent: str, method: str, arrived_at: datetime | None, now: datetime) -> bool:
    """Whether a picture was fetched by a machine: one that says so, or a known proxy within seconds of the arrival."""
    if _PROXIES.search(user_agent):
        return method != "GET" or (arrived_at is not None and now - arrived_at < _AT_ONCE)
    return asks_for_itself(user_agent, method)


@dataclass(frozen=True, slots=True, order=True)
class Click:
    """One follow of a link of a message, by what does not look like a machine."""

    at: datetime
    link: str


def burst(clicks: Iterable[Click], links: int) -> frozenset[Click]:
    """The clicks that no person made: those in any second with three different links, or with all of a message's links if it
    has two (`links` is how many it has, 0 if that is not known)."""
    many = 2 if links == 2 else MANY_LINKS
    ordered = sorted(clicks)
    found: set[Click] = set()
    for first in ordered:
        together = [one for one in ordered if first.at <= one.at < first.at + BURST]
        if len(_different(together)) >= many:
            found.update(together)
    return frozenset(found)


def _different(clicks: Collection[Click]) -> set[str]:
    return {one.link for one in clicks}
