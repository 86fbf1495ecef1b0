"""Money, dates and colours as a reader of a language expects them. Pure."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.kernel.money import exponent
from regulars.messaging.texts import MONTHS

_NARROW = "\u202f"
_NO_BREAK = "\u00a0"
_SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "PLN": "zł", "USD": "$"}
# Thousands separator, decimal mark, and whether the symbol stands before the number.
_NUMBERS = {"en": (",", ".", True), "de": (".", ",", False), "pl": (_NARROW, ",", False)}
_COLOUR = "#3454d1"


@lru_cache(maxsize=1024)
def money(minor: int, currency: str, language: str) -> str:
    """`123456` GBP → `£1,234.56`, `1.234,56 £`, `1 234,56 £`."""
    thousands, mark, before = _NUMBERS.get(language, _NUMBERS["en"])
    places = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**places)
    number = f"{whole:,}".replace(",", thousands)
    if places:
        number += f"{mark}{fraction:0{places}d}"
    sign = "\u2212" if minor < 0 else ""
    symbol = _SYMBOLS.get(currency, currency)
    if not before:
        return f"{sign}{number}{_NO_BREAK}{symbol}"
    return f"{sign}{symbol}{_NO_BREAK if symbol == currency else ''}{number}"


def date(moment: datetime, zone: str, language: str) -> str:
    """The day of a moment in a time zone: `20 November 2026`, `20. November 2026`, `20 listopada 2026`."""
    day = moment.astimezone(ZoneInfo(zone))
    month = MONTHS.get(language, MONTHS["en"])[day.month - 1]
    return f"{day.day}{'.' if language == 'de' else ''} {month} {day.year}"


def ink(colour: str) -> str:
    """Black or white, whichever is readable on `colour` (`#rrggbb`; relative luminance of WCAG 2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return "#111111" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
