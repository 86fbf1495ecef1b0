"""Whatever is done, in whatever order, by how many at once, and wherever a process dies: the ledger tells the contact."""

import random
from collections.abc import Callable
from contextlib import suppress as passing
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.customers import Profile, create
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact, Frequency, QuietHours
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import replay
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.parting import erase_contact
from regulars.messaging.preferences.service import change, grant, withdraw
from regulars.messaging.preferences.taking_back import take_back
from regulars.messaging.preferences.wishes import KEEP, Wishes, packed, unpacked
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import lift, suppress, suppressed
from tests.integration.killing import KilledError, killed_at
from tests.integration.threads import at_once

pytestmark = pytest.mark.usefixtures("table")
CHANNELS = st.sampled_from([Channel.EMAIL, Channel.SMS, Channel.PUSH])
KEYS = st.sampled_from(["promotions", "product_updates", "newsletters"])
HOURS = st.builds(QuietHours, st.times(), st.times()).map(
    lambda one: QuietHours(*(at.replace(second=0, microsecond=0) for at in (one.start, one.end)))
)
WISHES = st.builds(
    Wishes,
    st.dictionaries(CHANNELS, st.booleans(), max_size=2),
    st.dictionaries(KEYS, st.booleans(), max_size=2),
    st.dictionaries(st.one_of(KEYS, st.just("")), st.sampled_from(Frequency), max_size=2),
    st.one_of(st.just(KEEP), st.none(), HOURS),
    st.sampled_from([None, "", "de", "pl"]),
)
STATES = st.sampled_from([ConsentState.GRANTED, ConsentState.WITHDRAWN, ConsentState.PENDING])
DEEDS = st.one_of(
    st.tuples(st.just("wish"), WISHES),
    st.tuples(
        st.just("consent"), st.tuples(st.dictionaries(CHANNELS, STATES, min_size=1), st.integers(-400, 0))
    ),
    st.tuples(st.just("both"), st.tuples(st.dictionaries(CHANNELS, STATES, min_size=1), WISHES)),
    st.tuples(st.just("suppress"), st.sampled_from(list(SuppressionReason))),
    st.tuples(st.just("lift"), st.none()),
    st.tuples(st.just("undo"), st.integers(1, 12)),
)
ADDRESS = "ada@shop.example"


def told_by(contact: Contact) -> dict[str, Any]:
    """What the ledger must know of a contact."""
    return {
        "channels": contact.channels,
        "categories": contact.categories,
        "frequency": contact.frequency,
        "quiet": contact.quiet,
        "language": contact.language,
        "consents": contact.consents,
        "erased": contact.erased,
    }


def do(tenant: Tenant, customer_id: str, deed: tuple[str, Any], now: datetime) -> None:
    kind, what = deed
    if kind == "wish":
        change(tenant, customer_id, what, "test", now)
    elif kind == "consent":
        consents, days = what
        told = Told("test", at=now + timedelta(days=days) if days else None, history=bool(days))
        record_wishes(tenant, customer_id, told, now, consents=consents)
    elif kind == "both":
        record_wishes(tenant, customer_id, Told("test"), now, consents=what[0], wishes=what[1])
    elif kind == "suppress":
        suppress(tenant, Channel.EMAIL, ADDRESS, what, now)
    elif kind == "lift":
        lift(tenant, Channel.EMAIL, ADDRESS, now)
    elif any(entry.revision == what for entry in whole_ledger(tenant, customer_id)):
        take_back(tenant, customer_id, what, "test", now)


@given(wishes=WISHES)
def test_wishes_are_kept_as_they_were_meant(wishes: Wishes) -> None:
    assert unpacked(packed(wishes)) == wishes


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=12))
def test_the_ledger_replayed_gives_the_contact(
    tenant: Tenant, now: datetime, deeds: list[tuple[str, Any]]
) -> None:
    # Each example has a customer, and so an address, of its own.
    shop = Tenant(new_id("ten", now))
    customer_id = create(shop, Profile(email=ADDRESS), now=now).id
    for step, deed in enumerate(deeds):
        before = read_contact(shop, customer_id)
        do(shop, customer_id, deed, now + timedelta(minutes=step))
        after = read_contact(shop, customer_id)
        assert after.revision in (before.revision, before.revision + 1)
        assert (after.revision == before.revision) == (after == before)
    contact, entries = read_contact(shop, customer_id), whole_ledger(shop, customer_id)
    assert told_by(replay(customer_id, entries)) == told_by(contact)
    assert {entry.revision for entry in entries} == set(range(1, contact.revision + 1))


def test_two_changes_at_once_both_hold(tenant: Tenant, now: datetime) -> None:
    customer_id = create(tenant, Profile(email=ADDRESS), now=now).id
    at_once(
        lambda: change(tenant, customer_id, Wishes(categories={"promotions": False}), "page", now),
        lambda: change(tenant, customer_id, Wishes(categories={"newsletters": False}), "api", now),
        lambda: withdraw(tenant, customer_id, Channel.EMAIL, "one_click", now),
        lambda: grant(tenant, customer_id, Channel.SMS, "till", now),
        lambda: suppress(tenant, Channel.EMAIL, ADDRESS, SuppressionReason.COMPLAINT, now),
        lambda: change(tenant, customer_id, Wishes(language="de"), "portal", now),
    )
    contact = read_contact(tenant, customer_id)
    assert contact.categories == {"promotions": False, "newsletters": False}
    assert contact.consent(Channel.EMAIL).state is ConsentState.WITHDRAWN
    assert contact.consent(Channel.SMS).state is ConsentState.GRANTED
    assert contact.language == "de"
    assert contact.revision == 6
    assert told_by(replay(customer_id, whole_ledger(tenant, customer_id))) == told_by(contact)


def test_the_same_wish_many_times_at_once_is_one_entry(tenant: Tenant, now: datetime) -> None:
    customer_id = create(tenant, Profile(email=ADDRESS), now=now).id
    at_once(*[lambda: withdraw(tenant, customer_id, Channel.EMAIL, "one_click", now)] * 6)
    assert len(whole_ledger(tenant, customer_id)) == 1


def test_whoever_is_erased_while_others_write_stays_erased(tenant: Tenant, now: datetime) -> None:
    customer_id = create(tenant, Profile(email=ADDRESS), now=now).id
    at_once(
        lambda: erase_contact(tenant, customer_id, now),
        *[lambda: grant(tenant, customer_id, Channel.EMAIL, "api", now)] * 2,
        *[lambda: withdraw(tenant, customer_id, Channel.EMAIL, "api", now)] * 2,
    )
    contact, entries = read_contact(tenant, customer_id), whole_ledger(tenant, customer_id)
    assert contact.erased
    assert contact.consents == {}
    assert told_by(replay(customer_id, entries)) == told_by(contact)


KILLED: dict[str, Callable[[Tenant, str, datetime], Any]] = {
    "withdraw": lambda tenant, ada, now: withdraw(tenant, ada, Channel.EMAIL, "one_click", now),
    "change": lambda tenant, ada, now: change(
        tenant, ada, Wishes({}, {"promotions": False}, {}, QuietHours(time(20), time(8))), "page", now
    ),
    "suppress": lambda tenant, ada, now: suppress(
        tenant, Channel.EMAIL, ADDRESS, SuppressionReason.HARD_BOUNCE, now
    ),
}


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("call", range(1, 7))
@pytest.mark.parametrize("what", sorted(KILLED))
def test_killed_at_any_call_nothing_is_half_written_and_a_repeat_heals(
    tenant: Tenant, now: datetime, what: str, call: int, answered: bool
) -> None:
    ada = create(tenant, Profile(email=ADDRESS), now=now).id
    with passing(KilledError), killed_at(call, answered=answered):
        KILLED[what](tenant, ada, now)
    half = read_contact(tenant, ada)
    assert told_by(replay(ada, whole_ledger(tenant, ada))) == told_by(half)
    held = suppressed(tenant, [(Channel.EMAIL, ADDRESS)])
    assert len(held) == (half.revision if what == "suppress" else 0)
    KILLED[what](tenant, ada, now + timedelta(minutes=1))
    KILLED[what](tenant, ada, now + timedelta(minutes=2))
    assert read_contact(tenant, ada).revision == 1
    assert len(whole_ledger(tenant, ada)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_many_at_random_and_some_of_them_dying_leave_a_true_ledger(
    tenant: Tenant, now: datetime, seed: int
) -> None:
    dice = random.Random(seed)
    ada = create(tenant, Profile(email=ADDRESS), now=now).id
    deeds = list(KILLED.values())
    for step in range(12):
        with passing(KilledError), killed_at(dice.randint(1, 8), answered=dice.random() < 0.5):
            dice.choice(deeds)(tenant, ada, now + timedelta(minutes=step))
        if dice.random() < 0.4:
            grant(tenant, ada, Channel.EMAIL, "api", now + timedelta(minutes=step))
            lift(tenant, Channel.EMAIL, ADDRESS, now + timedelta(minutes=step))
    entries = whole_ledger(tenant, ada)
    assert told_by(replay(ada, entries)) == told_by(read_contact(tenant, ada))
    assert [entry.revision for entry in entries] == list(range(1, len(entries) + 1))
