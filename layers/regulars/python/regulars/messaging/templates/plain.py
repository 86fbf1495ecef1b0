"""The plain text that goes with a mail, made of its HTML: code stays where it is, links are written out."""

import re
from html import unescape
from html.parser import HTMLParser

from regulars.messaging.templates.codes import MARK, marked, unmarked
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.sandbox import judged

_BLOCKS = frozenset(
    "address article blockquote div footer h1 h2 h3 h4 h5 h6 header hr li ol p section table tr ul".split()
)
_APART = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote".split())
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"style", "script", "title", "head", "noscript"})
_EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
_ALONE = re.compile("\n+((?:\ue000\\d+\ue001)+)\n+")
_TAG = re.compile(r"<[^>]*>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in _SILENT or "display:none" in (given.get("style") or "").replace(" ", "")
        if tag not in _EMPTY and (self._hidden or hidden):
            self._hidden.append(tag)
        if self._hidden or hidden:
            return
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "img":
            self.pieces.append(given.get("alt") or "")
        elif tag == "a":
            self._links.append(((given.get("href") or "").strip(), len(self.pieces)))
        else:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _APART else "\n")
        elif tag in _CELLS:
            self.pieces.append(" ")
        if tag == "li":
            self.pieces.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden.pop() != tag:
                    pass
            return
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _APART else "\n")

    def _end_link(self, address: str, start: int) -> None:
        said = " ".join("".join(self.pieces[start:]).split())
        if not address or address.startswith("#"):
            return
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        self.pieces[start:] = [f"{said}: {bare} " if said and said != bare else bare]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"[ \t\r\n\xa0\u200c\u2007\u034f]+", " ", data))


def text_of(html: str) -> str:
    """A source of plain text that says what a source of HTML says."""
    source, codes = marked(html)
    for read in (_read, _read_roughly):
        tidy = _ALONE.sub(lambda found: _closed_up(found, codes), _tidy(read(source)))
        text = unmarked(tidy, codes)
        try:
            judged(text)
        except TemplateError:
            continue
        return text
    return ""


def _closed_up(found: re.Match[str], codes: list[str]) -> str:
    """Blocks that have a line for themselves leave no empty line where they are left out."""
    own = [codes[int(one[1])] for one in MARK.finditer(found[1])]
    return f"{found[1]}\n\n" if all(one.startswith("{%") for one in own) else found[0]


def _read(source: str) -> str:
    reader = _Reader()
    reader.feed(_closed(source))
    reader.close()
    return "".join(reader.pieces)


def _closed(source: str) -> str:
    """HTML in which every tag that is opened ends: over many that do not, the parser of the standard library takes a time that
    grows with the square of their number."""
    kept, at = [], 0
    while (start := source.find("<!--", at)) >= 0:
        kept.append(source[at:start])
        end = source.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(source)
    kept.append(source[at:])
    return re.sub(r"<(?![a-zA-Z/!][^<>]*>)|<(?=!\[)", "&lt;", "".join(kept))


def _read_roughly(source: str) -> str:
    """Of HTML so broken that a block would be torn apart: all code is kept, and what is not inside of tags."""
    return unescape(_TAG.sub(lambda found: "".join(one[0] for one in MARK.finditer(found[0])) or " ", source))


def _tidy(text: str) -> str:
    lines = [re.sub(" {2,}", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
