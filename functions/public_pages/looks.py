"""Templates to pages: the shop's colours, and a policy under which nothing runs and nothing is loaded but the logo."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from public_pages.texts import Words
from regulars.kernel.http.answer import Answer
from regulars.platform import TenantSettings

_HERE = Path(__file__).resolve().parent / "templates"
_POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; img-src https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_DARK, _LIGHT = "#000000", "#ffffff"


@dataclass(frozen=True, slots=True)
class Brand:
    """`ink` is what can be read on `colour`."""

    colour: str = "#1f2937"
    ink: str = _LIGHT
    logo_url: str = ""

    @classmethod
    def of(cls, shop: TenantSettings) -> "Brand":
        return cls(shop.branding.colour, ink_on(shop.branding.colour), shop.branding.logo_url or "")


def ink_on(colour: str) -> str:
    """Of a dark and a light ink the one with more contrast on `#rrggbb` (WCAG 2.2 relative luminance)."""
    light = _luminance(colour)
    dark_contrast = (light + 0.05) / (_luminance(_DARK) + 0.05)
    return _DARK if dark_contrast >= 1.05 / (light + 0.05) else _LIGHT


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(
    template: str, words: Words, shop: TenantSettings | None, values: Mapping[str, Any], status: int = 200
) -> Answer:
    """A whole page; without a shop it names none."""
    brand = Brand.of(shop) if shop else Brand()
    style = _environment().get_template("style.css").render(brand=brand).strip()
    around = {
        "words": words,
        "shop": shop.name if shop else "",
        "brand": brand,
        "style": Markup(style),  # noqa: S704  (ours, but for two colours of a checked form)
    }
    body = _environment().get_template(template).render(around | dict(values))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Answer(
        status,
        body,
        {
            "content-type": "text/html; charset=utf-8",
            "content-language": words.language,
            "content-security-policy": _POLICY.format(style=digest),
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex, nofollow",
        },
    )
