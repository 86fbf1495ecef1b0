"""Where the code is in a source, and marks in its place for who must not trip over it. Pure."""

import re

from regulars.messaging.templates.faults import TemplateError

# Only of sources that `check_closed` has let through: there it takes as long as the source is.
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
MARK = re.compile("\ue000(\\d+)\ue001")
_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}


def check_closed(source: str) -> None:
    """Raise TemplateError for code, or a comment of HTML, that begins and does not end."""
    found = _OPENING.search(source)
    while found is not None:
        closing = _CLOSING[found[0]]
        end = source.find(closing, found.end())
        if end < 0:
            line = source.count("\n", 0, found.start()) + 1
            raise TemplateError(f"there is no {closing} behind this {found[0]}", line)
        found = _OPENING.search(source, end + 2)
    if (start := source.rfind("<!--")) > source.rfind("-->"):
        raise TemplateError("a comment does not end", source.count("\n", 0, start) + 1)


def marked(source: str) -> tuple[str, list[str]]:
    """The source with a mark in place of each piece of code, and the pieces."""
    codes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        codes.append(found[0])
        return f"\ue000{len(codes) - 1}\ue001"

    return CODE.sub(keep, source.replace("\ue000", "").replace("\ue001", "")), codes


def unmarked(text: str, codes: list[str]) -> str:
    """The code back where its marks are."""
    return MARK.sub(lambda found: codes[int(found[1])] if int(found[1]) < len(codes) else "", text)
