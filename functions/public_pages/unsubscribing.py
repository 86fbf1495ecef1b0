"""The page on which a recipient unsubscribes."""

from collections.abc import Callable, Mapping
from datetime import datetime

from public_pages.asking import read_form
from public_pages.choosing import localized
from public_pages.visits import Guest
from regulars.kernel.http.answer import Answer
from regulars.messaging.contact import ConsentState
from regulars.messaging.preferences.unsubscribing import (
    Visit,
    leave_category,
    subscribe_again,
    unsubscribe,
)

PAGE = "unsubscribe_page"
_Deed = Callable[[Visit, str, Mapping[str, str], datetime], None]
# What each button does, and the page that follows.
_DEEDS: Mapping[str, tuple[_Deed, str]] = {
    "unsubscribe": (unsubscribe, "done"),
    "category": (leave_category, "left"),
    "again": (subscribe_again, "back"),
}


def show(guest: Guest) -> Answer:
    """The page with its button; who has unsubscribed already is told so."""
    consent = guest.visit.contact.consent(guest.visit.channel)
    return _page(guest, "done" if consent.state is ConsentState.WITHDRAWN else "ask")


def act(guest: Guest, now: datetime) -> Answer:
    """What was posted; anything that is not known changes nothing."""
    form = read_form(guest.event)
    if form.one_click:
        unsubscribe(guest.visit, "one_click", guest.proof(PAGE), now)
        return _page(guest, "done")
    deed = _DEEDS.get(form.one("do"))
    if deed is None or (form.one("do") == "category" and not _category(guest)):
        return show(guest)
    deed[0](guest.visit, PAGE, guest.proof(PAGE), now)
    return _page(guest, deed[1])


def _page(guest: Guest, state: str) -> Answer:
    channel = guest.visit.channel
    return guest.show(
        "unsubscribe.html",
        state=state,
        by=guest.by(channel),
        address=guest.address(channel),
        category=_category(guest),
        preferences=guest.preferences,
    )


def _category(guest: Guest) -> str:
    """The name of the message's category, if one can do without it."""
    delivery, settings = guest.visit.delivery, guest.visit.settings
    category = settings.category(delivery.category) if delivery else None
    if category is None or category.transactional:
        return ""
    return localized(category.name, guest.words.language)
