"""The page on which a customer chooses what they get."""

from datetime import datetime

from public_pages.asking import read_form
from public_pages.choosing import fields_of, posted, shown
from public_pages.visits import Guest, again
from regulars.kernel.http.answer import Answer
from regulars.messaging.preferences.unsubscribing import choose, unsubscribe_from_all

PAGE = "preference_page"


def show(guest: Guest, undo: list[tuple[str, str]] | None = None) -> Answer:
    """The page; `undo` are the fields by which what was just saved is taken back."""
    address = guest.address(guest.visit.channel)
    values = shown(guest.visit, guest.words, guest.shop.languages)
    return guest.show("preferences.html", address=address, undo=undo or [], **values)


def act(guest: Guest, now: datetime) -> Answer:
    """Save what was posted, and show how it stands then."""
    form, before = read_form(guest.event), fields_of(guest.visit)
    match form.one("do"):
        case "none":
            unsubscribe_from_all(guest.visit, PAGE, guest.proof(PAGE), now)
        case "save":
            wanted = posted(guest.visit, form, guest.shop.languages)
            choose(guest.visit, wanted, PAGE, guest.proof(PAGE), now)
        case _:
            return show(guest)
    after = again(guest)
    return show(after, before)
