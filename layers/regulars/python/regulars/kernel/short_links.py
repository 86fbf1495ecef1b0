"""Short codes for links in text messages: one item each, found by its code alone; what `kernel.links` signs is too long there."""

import hashlib
import hmac
import string
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.errors import BrokenError
from regulars.kernel.secret import derived_key
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_ALPHABET = string.digits + string.ascii_letters
# 65 bits: nobody finds one by trying, and among 100 million there are two that are the same in one of 10,000 tables.
_LENGTH = 11


@dataclass(frozen=True, slots=True)
class ShortLink:
    """What a code names: ids of a tenant's, in an order that its owner knows."""

    tenant: Tenant
    names: tuple[str, ...]

    @property
    def code(self) -> str:
        """Always the same for the same names; nobody without our secret can tell it."""
        text = "\x1f".join((self.tenant.id, *self.names)).encode()
        number = int.from_bytes(hmac.digest(derived_key("regulars/short/v1"), text, hashlib.sha256))
        characters = []
        for _ in range(_LENGTH):
            number, rest = divmod(number, len(_ALPHABET))
            characters.append(_ALPHABET[rest])
        return "".join(characters)


class ShortLinkItem(Item):
    kind = UnicodeAttribute(default="short link")
    tenant = UnicodeAttribute()
    names = UnicodeAttribute()


def keep_short_link(tx: Transaction, link: ShortLink, until: datetime) -> None:
    """Add to `tx` what a code names, to be found until then; the same once more changes nothing."""
    names = "#".join(link.names)
    item = ShortLinkItem(
        *_place(link.code), tenant=link.tenant.id, names=names, expires_at=int(until.timestamp())
    )
    free = ShortLinkItem.pk.does_not_exist() | (ShortLinkItem.names == names)
    tx.save(item, free, BrokenError("two links have the same code"))


def read_short_link(code: str) -> ShortLink | None:
    """What a code names; None for any other text. 0.5 request units."""
    if len(code) != _LENGTH or not (code.isascii() and code.isalnum()):
        return None
    item = ShortLinkItem.read(*_place(code))
    return ShortLink(Tenant(item.tenant), tuple(item.names.split("#"))) if item else None


def _place(code: str) -> tuple[str, str]:
    return f"S#SHORT#{code}", "LINK"
