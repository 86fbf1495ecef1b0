"""Finding customers by what one remembers of them, among any number, for a handful of request units.

Tokens lie in partitions by their first two characters, in order: a prefix is one Query. A token carries all terms of its
customer, so that further words are checked without another read, and each customer appears once however many of them match.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from regulars.customers.facts import Facts, facts_of_many
from regulars.customers.list_store import Filter
from regulars.customers.normalise import email_address, plain
from regulars.customers.reference import EMAIL, EXTERNAL_ID, is_customer_id
from regulars.customers.store import TokenItem, token_partition
from regulars.customers.terms import BACKWARDS, asked_digits, asked_words, matches
from regulars.kernel.errors import InvalidError, MalformedError
from regulars.kernel.idempotency import owner_of
from regulars.kernel.pagination import Page, decode_cursor, encode_cursor
from regulars.kernel.tenancy import Tenant

# Each customer found costs half a unit, and a page should stay below ten.
PAGE = 16
_STEP = 32
_READ_AT_MOST = 320
_NO_CURSOR = "the cursor is not one of this list"


@dataclass(frozen=True, slots=True)
class _Question:
    """`leads` are the prefixes to read, one after the other; every one of `words` must begin some term."""

    leads: list[str]
    words: list[str] = field(default_factory=list)

    def first_match(self, terms: list[str], lead: str) -> str | None:
        """The one token by which a customer is shown: their first that begins with the first lead that fits them."""
        if not matches(terms, self.words):
            return None
        for one in self.leads:
            fitting = [term for term in terms if term.startswith(one)]
            if fitting:
                return min(fitting) if one == lead else None
        return None


def search_customers(
    tenant: Tenant,
    text: str,
    wanted: Filter | None = None,
    *,
    limit: int = PAGE,
    cursor: str | None = None,
) -> Page[Facts]:
    """Customers with a word of the name, an email address, a phone number or an external id like `text`, at most 16 a page.

    An exact id comes first. A page may be short and still have a next one. Raises InvalidError for less than two characters.
    """
    query = plain(text)
    question = _question(query)
    exact = _exact(tenant, query)
    lead, after = _position(tenant, question, cursor)
    first = [exact] if exact and cursor is None else []
    found = _read(tenant, question, lead, after, min(limit, PAGE) - len(first), exclude=exact)
    ids = first + found.ids
    facts = facts_of_many(tenant, ids) if ids else {}
    chosen = [facts[one] for one in ids if one in facts]
    if wanted is not None:
        chosen = [one for one in chosen if wanted.admits(one)]
    return Page(chosen, found.next)


def holders_of_phone(tenant: Tenant, phone: str) -> list[str]:
    """The ids of all customers with this number (E.164), as it is now. 1 request unit."""
    token = f"{BACKWARDS}{phone.removeprefix('+')[::-1]}#"
    pk = token_partition(tenant, token)
    items = TokenItem.each(pk, TokenItem.sk.startswith(token), consistent=True)
    return [item.sk.rpartition("#")[2] for item in items]


def _question(query: str) -> _Question:
    digits = asked_digits(query)
    if len(digits) >= 2:
        return _Question([digits, BACKWARDS + digits[::-1]])
    words = asked_words(query)
    # The word that fewest customers share, as far as a word can tell: with a digit, or else the longest.
    lead = max(words, key=lambda word: (len(word) > 1 and not word.isalpha(), len(word)), default="")
    if len(lead) < 2:
        raise InvalidError.of("q", "give at least two letters or three digits")
    return _Question([lead], words)


def _exact(tenant: Tenant, query: str) -> str | None:
    """The customer whose id, external id or whole email address this is."""
    if is_customer_id(query):
        return query
    if 0 < len(query) <= 100 and (owner := owner_of(tenant, EXTERNAL_ID, query)):
        return owner
    address = email_address(query) if "@" in query else None
    return owner_of(tenant, EMAIL, address) if address else None


@dataclass(slots=True)
class _Found:
    ids: list[str]
    next: str | None = None


def _read(
    tenant: Tenant,
    question: _Question,
    lead: str,
    after: dict[str, Any] | None,
    limit: int,
    exclude: str | None,
) -> _Found:
    found = _Found([])
    last = after or {"pk": {"S": token_partition(tenant, lead)}, "sk": {"S": lead}}
    for read, (one, item) in enumerate(_tokens(tenant, question, lead, after)):
        if len(found.ids) >= limit or read >= _READ_AT_MOST:
            found.next = encode_cursor(last | {"lead": {"S": lead}})
            break
        lead, last = one, {"pk": {"S": item.pk}, "sk": {"S": item.sk}}
        term, _, customer_id = item.sk.rpartition("#")
        if customer_id != exclude and question.first_match(item.terms.split(" "), lead) == term:
            found.ids.append(customer_id)
    return found


def _tokens(
    tenant: Tenant, question: _Question, lead: str, after: dict[str, Any] | None
) -> Iterator[tuple[str, TokenItem]]:
    """The tokens of this lead after a position, then those of the following leads."""
    for one in question.leads[question.leads.index(lead) :]:
        pk = token_partition(tenant, one)
        while True:
            found = TokenItem.page(pk, TokenItem.sk.startswith(one), limit=_STEP, after=after)
            for item in found.items:
                yield one, item
            after = found.last
            if after is None:
                break


def _position(tenant: Tenant, question: _Question, cursor: str | None) -> tuple[str, dict[str, Any] | None]:
    position = decode_cursor(tenant, cursor)
    if position is None:
        return question.leads[0], None
    lead = position.pop("lead", {"S": ""})["S"]
    if lead not in question.leads:
        raise MalformedError(_NO_CURSOR)
    return lead, position
