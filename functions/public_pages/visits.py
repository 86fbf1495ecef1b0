"""Who follows a link: words, shop and address as the pages show them, or the one page that says nothing."""

from dataclasses import dataclass, replace
from typing import Any

from public_pages.asking import accepted_languages, proof_of
from public_pages.looks import page
from public_pages.texts import Words, words_for
from regulars.kernel.errors import NotFoundError
from regulars.kernel.http.answer import Answer
from regulars.messaging.model import Channel
from regulars.messaging.preferences.links import Bearer, Purpose, bearer_of, preferences_url
from regulars.messaging.preferences.unsubscribing import Visit, visit_of
from regulars.platform import TenantSettings, settings_of

_WRITTEN_BY = (Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.IN_APP)


@dataclass(frozen=True, slots=True)
class Guest:
    """A visit with everything that pages need; `ulid` is what else the link names."""

    visit: Visit
    shop: TenantSettings
    words: Words
    event: dict[str, Any]
    ulid: str

    def proof(self, page_name: str) -> dict[str, str]:
        return proof_of(self.event, self.visit.tenant, page_name, self.words.language)

    def by(self, channel: Channel) -> str:
        return self.words(f"by.{(channel if channel in _WRITTEN_BY else Channel.EMAIL).value}")

    def address(self, channel: Channel) -> str:
        facts = self.visit.facts
        return masked(facts.phone if channel is Channel.SMS else facts.email) or facts.name or "…"

    @property
    def preferences(self) -> str:
        visit = self.visit
        return preferences_url(
            visit.tenant, visit.facts.customer_id, visit.delivery.id if visit.delivery else ""
        )

    def show(self, template: str, **values: Any) -> Answer:
        return page(template, self.words, self.shop, values)


def guest_of(purpose: Purpose, reference: str, event: dict[str, Any]) -> Guest | None:
    """Who holds a link; None for a tampered one, another purpose's, or one of somebody who is not there any more."""
    bearer = bearer_of(purpose, reference)
    visit = visit_of(bearer) if bearer else None
    if bearer is None or visit is None:
        return None
    try:
        shop = settings_of(bearer.tenant)
    except NotFoundError:
        return None
    wanted = (visit.contact.language, visit.facts.language or "")
    words = words_for(wanted, accepted_languages(event), shop.default_language)
    return Guest(visit, shop, words, event, bearer.ulid)


def again(guest: Guest) -> Guest:
    """The guest as they stand after a change, in the language that they may have chosen."""
    visit = guest.visit
    read = visit_of(Bearer(visit.tenant, visit.facts.customer_id, guest.ulid)) or visit
    wanted = (read.contact.language, read.facts.language or "", guest.words.language)
    return replace(guest, visit=read, words=words_for(wanted))


def neutral(event: dict[str, Any]) -> Answer:
    """The page for every link that leads nowhere: the same for all of them."""
    return notice("neutral", event)


def notice(what: str, event: dict[str, Any], status: int = 200) -> Answer:
    return page("notice.html", words_for((), accepted_languages(event)), None, {"what": what}, status)


def masked(address: str | None) -> str:
    """Enough of an address to know it by: `a•••@shop.example`, `+44•••456`."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else f"{address[:3]}•••{address[-3:]}"
