"""Consents and suppressions from files: with their own moments and sources, repeatable, and taken back if need be."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import CustomerRef, Profile, create, resolve
from regulars.imports import chunks
from regulars.imports.mapping import FieldSource
from regulars.imports.steering import undo_job
from regulars.imports.targets import TARGETS, ImportKind, guess
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import ACTIVE, Job, State, get_job
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, ConsentState, SuppressionReason, suppress, suppressed
from regulars.messaging.contact_store import read_contact
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.service import withdraw
from tests.integration.imports.workbench import moment, started, work
from tests.integration.killing import KilledError, killed_at

EMAIL, SMS = Channel.EMAIL, Channel.SMS
LIST = {name: FieldSource(column=name) for name in ("email", "phone", "reason", "at", "detail")}
CONSENTS = {
    name: FieldSource(column=name) for name in ("customer_email", "channel", "state", "at", "source", "text")
}
LIST_HEAD = "email,phone,reason,at,detail\n"
CONSENT_HEAD = "customer_email,channel,state,at,source,text\n"


def listed(tenant: Tenant, text: str, **how: bool) -> Job:
    return work(tenant, started(tenant, (LIST_HEAD + text).encode(), ImportKind.SUPPRESSIONS, LIST, **how))


def consented(tenant: Tenant, text: str, **how: bool) -> Job:
    return work(tenant, started(tenant, (CONSENT_HEAD + text).encode(), ImportKind.CONSENTS, CONSENTS, **how))


def errors(tenant: Tenant, job: Job) -> list[list[str]]:
    text = b"".join(S3Files(tenant).read(job.files["errors"])).decode("utf-8-sig")
    return [line.split(",")[:3] for line in text.splitlines()[1:]]


def undone(tenant: Tenant, job: Job) -> Job:
    undo_job(tenant, job.id, now=moment())
    return work(tenant, job.id)


@pytest.fixture
def ada(shop: Tenant) -> str:
    return create(shop, Profile(email="ada@x.test"), now=moment()).id


def test_addresses_are_suppressed_with_their_reasons_and_moments(shop: Tenant, ada: str) -> None:
    job = listed(
        shop,
        "Ada@X.test,,Hard bounce,2024-05-01T10:00:00Z,no mailbox\n"
        ",447911123456,unsubscribed,,\n"
        "bob@x.test,,whatever,,\n",
    )
    assert (job.state, job.counts["created"], job.counts["refused"]) == (State.SUCCEEDED, 3, 0)
    held = suppressed(shop, [(EMAIL, "ada@x.test"), (SMS, "+447911123456"), (EMAIL, "bob@x.test")])
    assert [one.reason for one in held.values()].count(SuppressionReason.IMPORTED) == 1
    first = held[EMAIL, "ada@x.test"]
    assert (first.reason, first.detail) == (SuppressionReason.HARD_BOUNCE, "no mailbox")
    assert first.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert held[SMS, "+447911123456"].reason is SuppressionReason.UNSUBSCRIBED
    assert read_contact(shop, ada).revision == 1


def test_rows_that_cannot_be_taken_are_named(shop: Tenant) -> None:
    job = listed(
        shop, "nobody,,,,\n,0791,,,\n,,bounce,,\na@x.test,,,2999-01-01,\nb@x.test,,,,\n B@X.test,,,,\n"
    )
    assert [row[:2] for row in errors(shop, job)] == [
        ["2", "email"],
        ["3", "phone"],
        ["4", "email"],
        ["5", "at"],
        ["7", "email"],
    ]
    assert job.counts["created"] == 1


def test_the_same_list_again_changes_nothing(shop: Tenant) -> None:
    listed(shop, "a@x.test,,complaint,,\n")
    job = listed(shop, "a@x.test,,complaint,,\nb@x.test,,,,\n", dry_run=True)
    assert (job.counts["created"], job.counts["unchanged"]) == (1, 1)
    assert suppressed(shop, [(EMAIL, "b@x.test")]) == {}


def test_a_list_is_taken_back_but_for_what_was_there_or_became_worse(shop: Tenant) -> None:
    suppress(shop, EMAIL, "a@x.test", SuppressionReason.MANUAL, moment())
    job = listed(shop, "a@x.test,,,,\nb@x.test,,,,\nc@x.test,,,,\n")
    suppress(shop, EMAIL, "c@x.test", SuppressionReason.COMPLAINT, moment())
    after = undone(shop, job)
    assert (after.counts["removed"], after.counts["kept"]) == (1, 1)
    held = suppressed(shop, [(EMAIL, f"{name}@x.test") for name in "abc"])
    assert {address for _, address in held} == {"a@x.test", "c@x.test"}


def test_consents_keep_their_moment_source_and_wording(shop: Tenant, ada: str) -> None:
    job = consented(
        shop,
        "ada@x.test,email,Subscribed,2023-02-03T04:05:06Z,Old Shop,v7\nnew@x.test,sms,yes,,,\nada@x.test,push,no,,,\n",
    )
    assert (job.counts["created"], job.counts["customers"], job.counts["refused"]) == (3, 1, 0)
    consent = read_contact(shop, ada).consent(EMAIL)
    assert consent.at == datetime(2023, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert (consent.state, consent.source) == (ConsentState.GRANTED, "old_shop")
    entry = next(one for one in whole_ledger(shop, ada) if one.channel is EMAIL)
    assert entry.proof == {"import": job.id, "text": "v7"}
    assert entry.recorded_at is not None
    assert entry.recorded_at > entry.at
    assert read_contact(shop, ada).consent(Channel.PUSH).state is ConsentState.WITHDRAWN
    made = resolve(shop, CustomerRef(email="new@x.test"))
    assert made is not None
    assert read_contact(shop, made).consent(SMS).state is ConsentState.GRANTED


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ("ada@x.test,email,yes,2023-01-01T00:00:00Z,,\n", ConsentState.WITHDRAWN),
        ("ada@x.test,email,yes,,,\n", ConsentState.WITHDRAWN),
        ("ada@x.test,email,yes,{later},,\n", ConsentState.GRANTED),
    ],
)
def test_what_is_not_known_to_be_later_undoes_no_unsubscription(
    shop: Tenant, ada: str, row: str, state: ConsentState
) -> None:
    withdraw(shop, ada, EMAIL, "one_click", moment() - timedelta(days=2))
    later = (moment() - timedelta(days=1)).isoformat()
    job = consented(shop, row.replace("{later}", later))
    assert read_contact(shop, ada).consent(EMAIL).state is state
    assert job.counts["created"] == (state is ConsentState.GRANTED)


def test_consents_that_say_nothing_are_named(shop: Tenant, ada: str) -> None:
    job = consented(
        shop,
        "ada@x.test,email,perhaps,,,\nada@x.test,fax,yes,,,\n,email,yes,,,\nada@x.test,,,,,\nada@x.test,,yes,2999-01-01,,\n",
    )
    assert [row[:2] for row in errors(shop, job)] == [
        ["2", "state"],
        ["3", "channel"],
        ["4", "customer"],
        ["5", "state"],
        ["6", "at"],
    ]


def test_consents_are_taken_back_and_the_ledger_says_so(shop: Tenant, ada: str) -> None:
    job = consented(
        shop, "ada@x.test,email,yes,2023-01-01T00:00:00Z,,\nada@x.test,sms,yes,,,\nnew@x.test,email,yes,,,\n"
    )
    withdraw(shop, ada, SMS, "sms_keyword", moment())
    after = undone(shop, job)
    contact = read_contact(shop, ada)
    assert contact.consent(EMAIL).state is ConsentState.NONE
    assert contact.consent(SMS).state is ConsentState.WITHDRAWN
    assert whole_ledger(shop, ada)[-1].source == "import_undone"
    assert (after.counts["restored"], after.counts["kept"], after.counts["removed"]) == (1, 1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_point_each_row_counts_once(
    shop: Tenant, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(chunks, "GROUPS", 5)
    dice = random.Random(seed)
    rows = "".join(f"p{number}@x.test,email,{'yes' if number % 2 else 'no'},,,\n" for number in range(17))
    job_id = started(shop, (CONSENT_HEAD + rows).encode(), ImportKind.CONSENTS, CONSENTS)
    deaths = 0
    while get_job(shop, job_id).state in ACTIVE or deaths == 0:
        later = timedelta(seconds=61 * deaths)
        deaths += 1
        try:
            with killed_at(dice.randint(1, 60), answered=dice.random() < 0.5):
                work(shop, job_id, now=lambda later=later: moment() + later)
        except KilledError:
            continue
    job = get_job(shop, job_id)
    assert (job.counts["created"], job.counts["customers"], job.counts["refused"]) == (17, 17, 0)
    for number in range(17):
        found = resolve(shop, CustomerRef(email=f"p{number}@x.test"))
        assert found is not None
        assert len(whole_ledger(shop, found)) == 1


def test_columns_of_other_systems_are_guessed() -> None:
    found = guess(ImportKind.CONSENTS, ["Email", "Accepts Marketing", "Opt-in time", "Origin"])
    assert found == {
        "customer_email": "Email",
        "state": "Accepts Marketing",
        "at": "Opt-in time",
        "source": "Origin",
    }
    assert guess(ImportKind.SUPPRESSIONS, ["Recipient", "Cause", "Created At"]).keys() == {
        "email",
        "reason",
        "at",
    }
    assert set(TARGETS) == set(ImportKind)
