"""The page on which somebody confirms that they want to be written to."""

from datetime import datetime

from public_pages.asking import read_form
from public_pages.visits import Guest
from regulars.kernel.http.answer import Answer
from regulars.messaging.preferences.opt_in import Confirmed, confirm, requested_channel, standing_of

PAGE = "confirmation_page"


def show(guest: Guest, now: datetime) -> Answer:
    """The page with its button; or that it has been done, or cannot be done any more."""
    visit = guest.visit
    return _page(guest, standing_of(visit.tenant, visit.facts.customer_id, guest.ulid, now))


def act(guest: Guest, now: datetime) -> Answer:
    """Confirm, if that is what was posted."""
    if read_form(guest.event).one("do") != "confirm":
        return show(guest, now)
    visit = guest.visit
    done = confirm(visit.tenant, visit.facts.customer_id, guest.ulid, guest.proof(PAGE), now)
    return _page(guest, done)


def _page(guest: Guest, state: Confirmed) -> Answer:
    channel = requested_channel(guest.visit.tenant, guest.visit.facts.customer_id, guest.ulid)
    return guest.show("confirm.html", state=state.value, by=guest.by(channel), address=guest.address(channel))
