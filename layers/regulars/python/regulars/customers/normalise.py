"""One form of each email address and phone number, so that two spellings of one person meet."""

import re
import unicodedata

# Invisible characters that come along with copied text: zero-width ones, marks of direction, byte order mark.
_INVISIBLE = dict.fromkeys(
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f@<>(),:;\"\[\]\\]{1,64}\Z")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def plain(text: str) -> str:
    """Unicode compatibility form without invisible characters, trimmed (of NBSP too)."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_INVISIBLE).strip()


def email_address(text: str) -> str | None:
    """The one form of an address: lower case, domain in ASCII (IDNA); None for what is no address.

    `" A@Bücher.example\\u00a0"` → `"a@xn--bcher-kva.example"`.
    """
    local, _, domain = _lower(plain(text[:1000])).rpartition("@")
    ascii_domain = _domain(domain)
    if (
        ascii_domain is None
        or not _LOCAL.match(local)
        or local[0] == "."
        or local[-1] == "."
        or ".." in local
    ):
        return None
    address = f"{local}@{ascii_domain}"
    return address if len(address) <= 254 else None


def _lower(text: str) -> str:
    # Lower case of a composed character may be a decomposed one, hence once more.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.lower()).lower())


def _domain(text: str) -> str | None:
    domain = text.removesuffix(".")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode().lower()
        except UnicodeError:
            return None
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > 253 or not all(_LABEL.match(label) for label in labels):
        return None
    return None if labels[-1].isdigit() else domain


def phone_number(text: str, country: str | None = None) -> str | None:
    """E.164 (`+447911123456`); a national number is read as of `country` (ISO 3166). None for what is no number."""
    cleaned = plain(text[:100])
    if not re.fullmatch(r"\+?[0-9 ().\-/]{3,40}", cleaned):
        return None
    # 30 ms and megabytes of metadata: only who has a phone number pays for it.
    import phonenumbers

    try:
        number = phonenumbers.parse(cleaned, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_tag(text: str) -> str | None:
    """The one form of a tag: lower case, single spaces, 1 to 50 characters, no comma; None for what is none."""
    made = " ".join(_lower(plain(text[:400])).casefold().split())
    made = unicodedata.normalize("NFKC", made)
    if not 1 <= len(made) <= 50 or "," in made or any(unicodedata.category(c)[0] == "C" for c in made):
        return None
    return made
