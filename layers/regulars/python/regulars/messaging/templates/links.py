"""Where a message's own links lead to: a port that tracking implements, and the one for who does not count anything."""

import re
from collections.abc import Sequence
from typing import Protocol

_WEB = re.compile(r"https?://[^\x00-\x20]+\Z", re.IGNORECASE)


class Links(Protocol):
    """The links of one delivery."""

    def click(self, number: int, url: str | None) -> str:
        """The address to put for link `number`; `url` is where it leads, None if that is fixed in the version."""
        ...

    def pixel(self) -> str:
        """The address of the picture that tells of an opening; empty if there is to be none."""
        ...

    def unsubscribe(self) -> str: ...

    def preferences(self) -> str: ...

    def view(self) -> str:
        """Where the mail can be read in a browser; empty if nowhere."""
        ...


class PlainLinks:
    """Straight to where they lead, for previews, tests and checks; the others lead to `page`."""

    def __init__(self, static_links: Sequence[str], page: str = "#") -> None:
        self._static, self._page = static_links, page

    def click(self, number: int, url: str | None) -> str:
        return self._static[number] if url is None else url

    def pixel(self) -> str:
        return ""

    def unsubscribe(self) -> str:
        return self._page

    def preferences(self) -> str:
        return self._page

    def view(self) -> str:
        return self._page


def web_address(text: str) -> bool:
    """Whether a link may lead there: an address of the web without anything that would end it early."""
    return _WEB.match(text) is not None
