"""What a customer can be found by. Case and accents do not matter; every word counts from its first character.

A phone number is found by any of its beginnings (with or without the country's code) and any of its endings: the number is kept
backwards too, behind `<`.
"""

import re
import unicodedata

from regulars.customers.model import Profile

MAX_TERMS = 26
MAX_TERM = 64
BACKWARDS = "<"
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))
_PHONE_LIKE = re.compile(r"[+\d\s().\-/]+\Z")
# Letters that have no decomposition.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h"}
)


def fold(text: str) -> str:
    """`text` without case, accents and apostrophes: `O’Brién` → `obrien`."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = folded.translate(_APOSTROPHES).translate(_LETTERS)
    return unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """The folded words of a text, each once, in their order."""
    return list(dict.fromkeys(word[:MAX_TERM] for word in _WORD.findall(fold(text))))


def terms_of(profile: Profile) -> list[str]:
    """Everything this customer can be found by, each once."""
    names = " ".join(part for part in (profile.name, profile.first_name, profile.last_name) if part)
    found = [*words(names)[:8], *phone_terms(profile.phone)]
    for address in profile.emails:
        found.append(fold(address)[:MAX_TERM])
        found += words(address.rpartition("@")[0])[1:3]
    return list(dict.fromkeys(found))[:MAX_TERMS]


def phone_terms(phone: str | None) -> list[str]:
    """Of an E.164 number: all digits, the national digits, and all digits backwards."""
    if not phone:
        return []
    import phonenumbers

    national = phonenumbers.national_significant_number(phonenumbers.parse(phone))
    digits = phone.removeprefix("+")
    return [digits, national, BACKWARDS + digits[::-1]]


def asked_words(query: str) -> list[str]:
    """The words that each must begin some word of the customer: an email address or its beginning is one word."""
    return list(
        dict.fromkeys(
            word
            for part in query.split()
            for word in ([fold(part)[:MAX_TERM]] if "@" in part else words(part))
        )
    )


def asked_digits(query: str) -> str:
    """The digits of what looks like (a part of) a phone number, without leading zeros; else nothing."""
    if not _PHONE_LIKE.match(query):
        return ""
    text = query.replace("(0)", "") if query.lstrip().startswith(("+", "00")) else query
    digits = re.sub(r"\D", "", text)
    return digits.lstrip("0") if len(digits) >= 3 else ""


def matches(terms: list[str], asked: list[str]) -> bool:
    """Whether each asked word begins one of the terms."""
    return all(any(term.startswith(word) for term in terms) for word in asked)
