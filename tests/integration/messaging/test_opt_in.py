"""Double opt-in: pending until confirmed by the link, for seven days, unless something else was said meanwhile."""

import threading
from datetime import datetime, timedelta

import pytest

from regulars.customers import Profile, create, known_by, read_timeline
from regulars.kernel.errors import InvalidError, TooManyError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.opt_in import Confirmed, Subscribing, Subscription, confirm, start
from regulars.messaging.preferences.service import withdraw

pytestmark = pytest.mark.usefixtures("table")
EMAIL = Channel.EMAIL
FORM = Subscribing(EMAIL, "Ada@shop.example", "footer_form", "de", {"page": "https://shop.example/"})
MINUTE = timedelta(minutes=1)


def ulid(subscription: Subscription) -> str:
    return subscription.request_id.rpartition("_")[2]


def state_of(tenant: Tenant, customer_id: str) -> ConsentState:
    return read_contact(tenant, customer_id).consent(EMAIL).state


def test_somebody_new_becomes_a_customer_who_is_asked(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, FORM, now)
    assert (made.state, made.sent) == (ConsentState.PENDING, True)
    assert known_by(tenant, "email", ["ada@shop.example"]) == {"ada@shop.example": made.customer_id}
    entry = whole_ledger(tenant, made.customer_id)[0]
    assert entry.proof == {"page": "https://shop.example/", "request": made.request_id}
    names = [one.name for one in read_timeline(tenant, made.customer_id, limit=10).items]
    assert "consent.requested" in names


def test_the_link_gives_consent_and_says_so_twice(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, FORM, now)
    later = now + timedelta(days=6)
    assert confirm(tenant, made.customer_id, ulid(made), {"ip_hash": "X"}, later) is Confirmed.YES
    assert confirm(tenant, made.customer_id, ulid(made), {}, later + MINUTE) is Confirmed.YES
    assert state_of(tenant, made.customer_id) is ConsentState.GRANTED
    entries = whole_ledger(tenant, made.customer_id)
    assert [entry.state for entry in entries] == [ConsentState.PENDING, ConsentState.GRANTED]
    assert entries[1].proof["ip_hash"] == "X"


def test_after_seven_days_the_link_is_void(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, FORM, now)
    assert confirm(tenant, made.customer_id, ulid(made), {}, now + timedelta(days=7)) is Confirmed.VOID
    assert state_of(tenant, made.customer_id) is ConsentState.PENDING


def test_who_unsubscribes_after_asking_is_not_brought_back_by_the_link(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, FORM, now)
    withdraw(tenant, made.customer_id, EMAIL, "one_click", now + MINUTE)
    assert confirm(tenant, made.customer_id, ulid(made), {}, now + 2 * MINUTE) is Confirmed.VOID
    assert state_of(tenant, made.customer_id) is ConsentState.WITHDRAWN


def test_a_strangers_request_is_void(tenant: Tenant, now: datetime) -> None:
    made, other = start(tenant, FORM, now), create(tenant, Profile(email="b@x.example"), now=now)
    assert confirm(tenant, other.id, ulid(made), {}, now) is Confirmed.VOID


def test_asked_again_at_once_sends_nothing_more(tenant: Tenant, now: datetime) -> None:
    first = start(tenant, FORM, now)
    again = start(tenant, FORM, now + 4 * MINUTE)
    assert (again.sent, again.request_id) == (False, first.request_id)
    assert start(tenant, FORM, now + 5 * MINUTE).sent


def test_asked_for_the_sixth_time_in_a_day_is_refused(tenant: Tenant, now: datetime) -> None:
    for turn in range(5):
        assert start(tenant, FORM, now + turn * timedelta(hours=1)).sent
    with pytest.raises(TooManyError) as refused:
        start(tenant, FORM, now + timedelta(hours=6))
    assert 0 < refused.value.retry_after <= 18 * 3600 + 1
    assert start(tenant, FORM, now + timedelta(hours=24, seconds=1)).sent


def test_who_has_agreed_is_not_asked(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, FORM, now)
    confirm(tenant, made.customer_id, ulid(made), {}, now)
    again = start(tenant, FORM, now + timedelta(days=1))
    assert (again.state, again.sent) == (ConsentState.GRANTED, False)


@pytest.mark.parametrize(
    ("channel", "address"), [(EMAIL, "nobody"), (Channel.SMS, "12"), (Channel.SMS, "0791 112233")]
)
def test_what_is_no_address_is_refused(tenant: Tenant, now: datetime, channel: Channel, address: str) -> None:
    with pytest.raises(InvalidError):
        start(tenant, Subscribing(channel, address, "form"), now)


def test_a_phone_number_can_ask_too(tenant: Tenant, now: datetime) -> None:
    made = start(tenant, Subscribing(Channel.SMS, "+44 7911 123456", "till"), now)
    again = start(tenant, Subscribing(Channel.SMS, "+447911123456", "till"), now + 6 * MINUTE)
    assert again.customer_id == made.customer_id


def test_unsubscribing_and_asking_at_once_leave_a_ledger_that_says_what_the_contact_says(
    tenant: Tenant, now: datetime
) -> None:
    customer_id = create(tenant, Profile(email="ada@shop.example"), now=now).id
    work = [
        lambda: start(tenant, FORM, now),
        lambda: withdraw(tenant, customer_id, EMAIL, "one_click", now),
    ] * 3
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = whole_ledger(tenant, customer_id)
    assert state_of(tenant, customer_id) is entries[-1].state
    revisions = [entry.revision for entry in entries]
    assert revisions == list(range(1, len(entries) + 1))
