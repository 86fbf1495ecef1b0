"""MJML to HTML by MRML, code left where it is. Loaded only by who saves, checks or shows what is being written."""

import re

from regulars.messaging.templates.codes import CODE, check_closed
from regulars.messaging.templates.faults import TemplateError

_MARK = re.compile(r"qz(\d+)zq")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>|<!--.*?-->", re.DOTALL)
# What is in these is text for MRML; everywhere else it takes elements only.
_OF_TEXT = frozenset(
    "mj-text mj-button mj-raw mj-table mj-title mj-preview mj-style mj-navbar-link mj-social-element"
    " mj-accordion-title mj-accordion-text".split()
)
_COMMENT = re.compile(r"<!--(?!\[if|<!).*?-->", re.DOTALL)


def without_comments(mjml: str) -> str:
    """The source without the comments that no mail has, its lines as they were."""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), mjml)


def html_of(mjml: str) -> str:
    """The HTML of a source of MJML, with its code. Raises TemplateError for what is no MJML."""
    from mjml import mjml2html

    check_closed(mjml)
    codes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        codes.append(found[0])
        return f"qz{len(codes) - 1}zq"

    marked = _between_elements(CODE.sub(keep, without_comments(_MARK.sub("", mjml))))
    try:
        made = str(mjml2html(marked, fonts={}))
    except ValueError as error:
        raise TemplateError(_told(str(error), marked)) from error
    return _MARK.sub(lambda found: codes[int(found[1])] if int(found[1]) < len(codes) else "", made)


def _between_elements(source: str) -> str:
    """Code between two elements, put where MRML takes it."""
    pieces, end, inside = [], 0, ""
    for tag in _TAG.finditer(source):
        text = source[end : tag.start()]
        pieces += [text if inside else _MARK.sub(r"<mj-raw>\g<0></mj-raw>", text), tag[0]]
        end = tag.end()
        name = (tag[2] or "").lower()
        if inside:
            inside = "" if tag[1] and name == inside else inside
        elif name in _OF_TEXT and not tag[1] and not tag[3]:
            inside = name
    return "".join([*pieces, source[end:]])


def _told(message: str, source: str) -> str:
    """What the parser says, with the line that its position is in."""
    found = re.search(r"at position (\d+)", message)
    line = f" near line {source[: int(found[1])].count(chr(10)) + 1}" if found else ""
    words = re.sub(r" in root template| at position [\d:]+", "", message)[:150]
    return f"the MJML cannot be read{line}: {words}"
