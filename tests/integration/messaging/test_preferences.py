"""Preferences and consent: every change is one transaction, and the ledger tells the whole story."""

from datetime import datetime, timedelta

import pytest

from regulars.customers import Profile, create
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Frequency
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import EntryKind, replay
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.service import change, grant, ledger, withdraw
from regulars.messaging.preferences.wishes import Wishes
from regulars.messaging.suppression_model import SuppressionReason as Why
from regulars.messaging.suppressions import lift, list_suppressions, suppress, suppressed

pytestmark = pytest.mark.usefixtures("table")
EMAIL, SMS = Channel.EMAIL, Channel.SMS
ADDRESS = "ada@shop.example"


@pytest.fixture
def ada(tenant: Tenant, now: datetime) -> str:
    return create(tenant, Profile(email=ADDRESS, phone="+447911123456"), now=now).id


def test_a_consent_given_and_withdrawn_stands_in_contact_and_ledger(
    tenant: Tenant, now: datetime, ada: str
) -> None:
    grant(tenant, ada, EMAIL, "checkout", now, proof={"page": "https://shop.example/checkout"})
    withdraw(tenant, ada, EMAIL, "preference_page", now + timedelta(minutes=1))
    contact = read_contact(tenant, ada)
    assert contact.consent(EMAIL).state is ConsentState.WITHDRAWN
    newest, oldest = ledger(tenant, ada).items
    assert (newest.state, newest.source) == (ConsentState.WITHDRAWN, "preference_page")
    assert (oldest.state, oldest.proof) == (
        ConsentState.GRANTED,
        {"page": "https://shop.example/checkout"},
    )
    assert contact.revision == newest.revision == 2


def test_what_is_so_already_writes_nothing(tenant: Tenant, now: datetime, ada: str) -> None:
    grant(tenant, ada, (EMAIL, SMS), "api", now)
    change(tenant, ada, Wishes(categories={"promotions": False}), "api", now)
    before = read_contact(tenant, ada)
    grant(tenant, ada, (EMAIL, SMS), "api", now + timedelta(days=1))
    change(tenant, ada, Wishes(categories={"promotions": False}), "api", now)
    assert read_contact(tenant, ada) == before
    assert len(whole_ledger(tenant, ada)) == 3


def test_wishes_are_merged(tenant: Tenant, now: datetime, ada: str) -> None:
    change(tenant, ada, Wishes(categories={"promotions": False}, language="de"), "api", now)
    change(tenant, ada, Wishes(frequency={"newsletters": Frequency.WEEKLY}), "api", now)
    contact = read_contact(tenant, ada)
    assert contact.categories == {"promotions": False}
    assert contact.frequency_of("newsletters") is Frequency.WEEKLY
    assert contact.language == "de"
    assert replay(ada, whole_ledger(tenant, ada)) == contact


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(categories={"order_updates": False}),
        Wishes(categories={"nothing": True}),
        Wishes(frequency={"nothing": Frequency.DAILY}),
    ],
)
def test_what_cannot_be_chosen_is_refused(tenant: Tenant, now: datetime, ada: str, wishes: Wishes) -> None:
    with pytest.raises(InvalidError):
        change(tenant, ada, wishes, "api", now)
    assert read_contact(tenant, ada).revision == 0


def test_an_imported_consent_does_not_undo_a_later_word(tenant: Tenant, now: datetime, ada: str) -> None:
    withdraw(tenant, ada, EMAIL, "one_click", now)
    old = Told("import", at=now - timedelta(days=400), history=True)
    record_wishes(tenant, ada, old, now + timedelta(minutes=1), consents={EMAIL: ConsentState.GRANTED})
    assert read_contact(tenant, ada).consent(EMAIL).state is ConsentState.WITHDRAWN


def test_an_imported_consent_keeps_its_time_and_source(tenant: Tenant, now: datetime, ada: str) -> None:
    then = now - timedelta(days=400)
    told = Told("old_shop", at=then, history=True)
    record_wishes(tenant, ada, told, now, consents={EMAIL: ConsentState.GRANTED})
    assert read_contact(tenant, ada).consent(EMAIL).at == then
    entry = ledger(tenant, ada).items[0]
    assert (entry.at, entry.recorded_at, entry.source) == (then, now, "old_shop")


def test_suppressing_an_address_moves_whoever_has_it(tenant: Tenant, now: datetime, ada: str) -> None:
    assert suppress(tenant, EMAIL, " ADA@shop.example", Why.MANUAL, now, detail="asked by phone")
    assert not suppress(tenant, EMAIL, ADDRESS, Why.MANUAL, now)
    assert read_contact(tenant, ada).revision == 1
    assert suppressed(tenant, [(EMAIL, ADDRESS), (SMS, ADDRESS)]).keys() == {(EMAIL, ADDRESS)}
    assert [entry.kind for entry in whole_ledger(tenant, ada)] == [EntryKind.SUPPRESSED]
    assert lift(tenant, EMAIL, ADDRESS, now)
    assert not lift(tenant, EMAIL, ADDRESS, now)
    assert suppressed(tenant, [(EMAIL, ADDRESS)]) == {}
    assert read_contact(tenant, ada).revision == 2


def test_a_phone_that_two_share_moves_both(tenant: Tenant, now: datetime, ada: str) -> None:
    other = create(tenant, Profile(phone="+44 7911 123456"), now=now).id
    suppress(tenant, SMS, "+447911123456", Why.STOPPED, now)
    assert [read_contact(tenant, one).revision for one in (ada, other)] == [1, 1]


def test_a_reason_that_stops_everything_replaces_one_that_does_not(tenant: Tenant, now: datetime) -> None:
    suppress(tenant, EMAIL, ADDRESS, Why.MANUAL, now)
    assert not suppressed(tenant, [(EMAIL, ADDRESS)])[EMAIL, ADDRESS].everything
    assert suppress(tenant, EMAIL, ADDRESS, Why.COMPLAINT, now)
    assert not suppress(tenant, EMAIL, ADDRESS, Why.HARD_BOUNCE, now)
    assert suppressed(tenant, [(EMAIL, ADDRESS)])[EMAIL, ADDRESS].reason is Why.COMPLAINT


def test_the_list_is_by_time_or_by_address(tenant: Tenant, now: datetime) -> None:
    for place, name in enumerate(("b", "a", "ab", "c")):
        suppress(tenant, EMAIL, f"{name}@x.example", Why.MANUAL, now + timedelta(seconds=place))
    suppress(tenant, SMS, "+447911123456", Why.STOPPED, now + timedelta(minutes=1))
    assert [one.address[0] for one in list_suppressions(tenant).items] == ["+", "c", "a", "a", "b"]
    assert [one.address for one in list_suppressions(tenant, beginning="A").items] == [
        "a@x.example",
        "ab@x.example",
    ]
    assert len(list_suppressions(tenant, channel=SMS).items) == 1
    first = list_suppressions(tenant, limit=2)
    assert len(list_suppressions(tenant, limit=9, cursor=first.next).items) == 3
