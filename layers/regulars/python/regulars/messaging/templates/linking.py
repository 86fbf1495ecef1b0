"""Links in sources, before they are parsed: each destination gets a number, and its place is taken by who knows the delivery.

A link whose text is fixed is one of the version's; one with code in it is known when it is rendered. Addresses other than of
the web, and links to leave or to choose, stay as they are.
"""

import re
from html import unescape

from regulars.messaging.templates.codes import CODE, marked, unmarked
from regulars.messaging.templates.links import web_address

_HREF = re.compile(
    r"""(<(?:a|area|v:roundrect|v:rect)\b(?:[^<>"']|"[^"]*"|'[^']*')*?\shref\s*=\s*)(?:"([^"]*)"|'([^']*)')""",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://(?:\{\{.*?\}\}|[^\s<>\"'{}])+", re.IGNORECASE | re.DOTALL)
_ONE_EXPRESSION = re.compile(r"\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*\Z", re.DOTALL)
# `{{ data.cart.url }}` in a plain text is a link by its name.
_NAMED_URL = re.compile(r"\{\{-?\s*([a-zA-Z][\w.]*(?:\.|_)url)\s*-?\}\}")
_OWN = re.compile(r"\{\{-?\s*message\.(?:unsubscribe|preferences|view)_url\s*-?\}\}")
_CODE_BEHIND_TEXT = re.compile(r"[.,;:!?)\]]+\Z")


class LinkNumbers:
    """Numbers of destinations, in the order in which they are first seen; one that is known only later counts by its source."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def destinations(self) -> tuple[str, ...]:
        """By number: the address, empty for one that is known only when it is rendered."""
        return tuple("" if "{{" in source or "{%" in source else source for source in self._numbers)

    def of(self, source: str) -> int:
        return self._numbers.setdefault(source, len(self._numbers))

    def in_html(self, source: str) -> str:
        """The source with every link of it numbered."""
        text, codes = marked(source)
        return unmarked(_HREF.sub(lambda found: self._href(found, codes), text), codes)

    def _href(self, found: re.Match[str], codes: list[str]) -> str:
        given = unmarked(found[2] if found[2] is not None else found[3], codes)
        return f'{found[1]}"{self._place(unescape(given) if "{" not in given else given, given)}"'

    def _place(self, address: str, given: str) -> str:
        bare = address.strip()
        if _OWN.fullmatch(bare) or not bare:
            return given
        if CODE.search(bare) is None:
            lines = "\n" * given.count("\n")
            return f"{{{{ _click({self.of(bare)}) }}}}{lines}" if web_address(bare) else given
        if CODE.match(bare) is None and not bare.lower().startswith("http"):
            return given
        if (alone := _ONE_EXPRESSION.match(bare)) is not None:
            return f"{{{{ _click({self.of(bare)}, ({alone[1]})) }}}}"
        return f"{{% set _u %}}{given}{{% endset %}}{{{{ _click({self.of(bare)}, _u) }}}}"

    def in_text(self, source: str) -> str:
        """The same of plain text, where links are addresses, and expressions whose names end in `url`."""
        pieces, end = [], 0
        for found in _ADDRESS.finditer(source):
            pieces += [self._named(source[end : found.start()]), self._address(found[0])]
            end = found.end()
        return "".join([*pieces, self._named(source[end:])])

    def _address(self, given: str) -> str:
        tail = _CODE_BEHIND_TEXT.search(given)
        behind = tail[0] if tail else ""
        address = given[: len(given) - len(behind)]
        return self._place(address, address) + behind

    def _named(self, source: str) -> str:
        return _NAMED_URL.sub(
            lambda found: (
                found[0]
                if _OWN.fullmatch(found[0])
                else f"{{{{ _click({self.of(f'{{{{ {found[1]} }}}}')}, {found[1]}) }}}}"
            ),
            source,
        )

    def as_whole(self, source: str) -> str:
        """A field that is one link and nothing else."""
        bare = source.strip()
        return self._place(bare, bare)
