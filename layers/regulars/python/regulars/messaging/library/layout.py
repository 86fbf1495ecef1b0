"""What the library's mails look like: one column on a quiet ground, the shop's colour on top, one thing to do.

A letter is a row of blocks. They are written as HTML, which senders fill in as it is, and as MJML, which a tenant who takes a
letter over can go on with in the builder. Words may have code in them; what is put into attributes is code of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"'
TEXT = "margin:0 0 16px;"


@dataclass(frozen=True, slots=True)
class Text:
    words: str


@dataclass(frozen=True, slots=True)
class Heading:
    words: str


@dataclass(frozen=True, slots=True)
class Button:
    """Shown when there is an address behind `path`."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code to be typed in, shown when there is one behind `path`."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Products:
    """A list of `{name, price (minor units), image_url, url, quantity}` behind `path`; whatever of it is missing is left out."""

    path: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A bar that is filled so many per cent."""

    percent: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `{subject, preheader, url}` behind `path`."""

    path: str


Block = Text | Heading | Button | Coupon | Products | Progress | Items


@dataclass(frozen=True, slots=True)
class Footer:
    """Why one gets the mail, and the words of the links to leave and to choose (none for what one cannot leave)."""

    why: str
    unsubscribe: str = ""
    preferences: str = ""


def html(language: str, blocks: Sequence[Block], footer: Footer) -> str:
    """The whole mail as HTML."""
    body = "\n".join(_html(block) for block in blocks)
    frame = (SOURCES / "layout.html").read_text()
    said = {"language": language, "body": body, "footer": _footer(footer)}
    for name, text in said.items():
        frame = frame.replace(f"[[{name}]]", text)
    return frame


def _footer(footer: Footer) -> str:
    style = 'style="color:#5b6270;"'
    links = []
    if footer.unsubscribe:
        links.append(f'<a href="{{{{ message.unsubscribe_url }}}}" {style}>{footer.unsubscribe}</a>')
    if footer.preferences:
        links.append(f'<a href="{{{{ message.preferences_url }}}}" {style}>{footer.preferences}</a>')
    row = f"<br>{' &middot; '.join(links)}" if links else ""
    return f"{footer.why}{{% if shop.footer %}}<br>{{{{ shop.footer }}}}{{% endif %}}{row}"


def _html(block: Block) -> str:
    match block:
        case Text():
            return f'<p style="{TEXT}">{block.words}</p>'
        case Heading():
            return f'<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25;">{block.words}</h1>'
        case Button():
            style = "display:inline-block;padding:12px 24px;border-radius:8px;font-weight:600;text-decoration:none;"
            colours = "background:{{ shop.colour }};color:{{ shop.ink }};"
            link = f'<a href="{{{{ {block.path} }}}}" style="{style}{colours}">{block.words}</a>'
            return f'{{% if {block.path} %}}<p style="margin:24px 0;">{link}</p>{{% endif %}}'
        case Coupon():
            style = "margin:24px 0;padding:16px;border:2px dashed {{ shop.colour }};border-radius:8px;text-align:center;"
            code = f'<strong style="font-size:22px;letter-spacing:1px;">{{{{ {block.path} }}}}</strong>'
            return f'{{% if {block.path} %}}<div style="{style}">{block.words}<br>{code}</div>{{% endif %}}'
        case Products():
            return _products(block)
        case Progress():
            return _progress(block.percent)
        case Items():
            return _items(block)


def _products(block: Products) -> str:
    cell = "padding:12px 0;border-top:1px solid #e3e6ec;"
    name = '{% if p.url %}<a href="{{ p.url }}" style="color:#1f2430;">{{ p.name }}</a>{% else %}{{ p.name }}{% endif %}'
    was = f'<s style="color:#5b6270;">{{{{ {block.was}|money }}}}</s> ' if block.was else ""
    before = f"{{% if {block.was} %}}{was}{{% endif %}}" if was else ""
    return (
        f'{_TABLE} style="margin:8px 0 16px;border-collapse:collapse;">\n'
        f"{{% for p in {block.path} %}}<tr>\n"
        f'<td width="72" style="{cell}">{{% if p.image_url %}}<img src="{{{{ p.image_url }}}}" alt="{{{{ p.name }}}}" width="60"'
        ' style="display:block;width:60px;border-radius:6px;border:0;">{% endif %}</td>\n'
        f'<td style="{cell}">{name}{{% if p.quantity and p.quantity > 1 %}} × {{{{ p.quantity }}}}{{% endif %}}</td>\n'
        f'<td align="right" style="{cell}white-space:nowrap;">'
        f"{{% if p.price %}}{before}{{{{ p.price|money }}}}{{% endif %}}</td>\n"
        "</tr>{% endfor %}\n</table>"
    )


def _items(block: Items) -> str:
    link = '<a href="{{ i.url }}" style="color:#1f2430;font-weight:600;">{{ i.subject }}</a>'
    more = '{% if i.preheader %}<br><span style="color:#5b6270;">{{ i.preheader }}</span>{% endif %}'
    return (
        f'{{% for i in {block.path} %}}<p style="margin:0;padding:14px 0;border-top:1px solid #e3e6ec;">'
        f"{{% if i.url %}}{link}{{% else %}}<strong>{{{{ i.subject }}}}</strong>{{% endif %}}{more}</p>{{% endfor %}}"
    )


def _progress(percent: int) -> str:
    bar = "height:12px;border-radius:6px;font-size:0;line-height:0;"
    return (
        f'{_TABLE} style="margin:8px 0 20px;background:#e3e6ec;{bar}">'
        f'<tr><td width="{percent}%" style="background:{{{{ shop.colour }}}};{bar}">&nbsp;</td><td>&nbsp;</td></tr></table>'
    )
