"""A batch of a dispatch: each gets the message once, whatever happens on the way."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from regulars.kernel.errors import ConflictError
from regulars.kernel.sends import Batch, Waiting
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Consent, ConsentState, Recent
from regulars.messaging.contact_store import read_contact
from regulars.messaging.dispatches import get_dispatch, set_gate, totals
from regulars.messaging.model import ATTEMPT_LASTS, Channel, Choice, Delivery, Reason, State
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.sending.carrying_on import carry_on
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, agree, change, deliveries, dispatch, only, person
from tests.integration.pipeline.shop import events_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    return outbox.use(monkeypatch)


def crowd(tenant: Tenant, now: datetime, count: int) -> list[str]:
    return [person(tenant, now, f"P{number:02d}") for number in range(count)]


def told(tenant: Tenant, customer_id: str) -> list[str]:
    return [one.name for one in events_of(tenant, [customer_id]) if one.name.startswith("message.")]


def send_all(tenant: Tenant, work: Sequence[Batch | Waiting], now: datetime) -> None:
    for one in work:
        if isinstance(one, Batch):
            send_batch(tenant, one.dispatch_id, one.number, one.customer_ids, now)
        else:
            carry_on(tenant, one.refs, now)


def test_everybody_of_a_batch_gets_the_message_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 48)
    made = dispatch(shop, now)

    done = send_batch(shop, made.id, 0, people, now)

    assert sorted(out.email.customers) == sorted(people)
    assert out.email.tries == 1
    assert {one.state for one in done} == {State.SENT}
    sums = totals(shop, made.id)
    assert (sums["email_claimed"], sums["email_sent"], sums["handled"]) == (48, 48, 48)
    assert sums["email_cost"] == 48 * 100
    one = only(shop, people[0])
    assert one.subject == "News"
    assert one.provider_id == f"fake-{one.id}"
    assert [check.name for check in one.checks if check.passed][-1] == "pacing"
    assert told(shop, people[0]) == ["message.sent"]
    recent = read_contact(shop, people[0]).recent
    assert recent == (Recent(now, Channel.EMAIL, "promotions"),)


def test_a_batch_that_comes_again_changes_nothing(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 5)
    made = dispatch(shop, now)
    send_batch(shop, made.id, 0, people, now)
    before, sums = deliveries(shop), totals(shop, made.id)

    for _ in range(3):
        assert send_batch(shop, made.id, 0, people, now + MINUTE) == []

    assert deliveries(shop) == before
    assert totals(shop, made.id) == sums
    assert len(out.email.sent) == 5


def test_four_workers_at_the_same_batches_send_each_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 24)
    made = dispatch(shop, now)
    batches = [people[start : start + 8] for start in (0, 8, 16)] + [people[4:12]]

    def work(worker: int) -> None:
        for number in (0, 1, 2, 3)[worker:] + (0, 1, 2, 3)[:worker]:
            send_batch(shop, made.id, number, batches[number], now)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    assert sorted(out.email.customers) == sorted(people)
    sums = totals(shop, made.id)
    assert (sums["email_claimed"], sums["email_sent"], sums["handled"]) == (24, 24, 24)
    assert all(told(shop, one) == ["message.sent"] for one in people)


def test_those_who_are_refused_are_recorded_with_what_was_checked(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann, bob = person(shop, now, "Ann"), person(shop, now, "Bob", consent=False)
    eve = person(shop, now, "Eve")
    change(shop, eve, categories={"promotions": False})
    made = dispatch(shop, now)

    send_batch(shop, made.id, 0, [ann, bob, eve], now)

    assert out.email.customers == [ann]
    assert (only(shop, bob).state, only(shop, bob).reason) == (State.NOT_SENT, Reason.NO_CONSENT)
    refused = only(shop, eve)
    assert refused.reason is Reason.CATEGORY_OFF
    assert refused.explanation == "The customer has switched off messages of this category. (promotions)"
    assert (refused.checks[-1].name, refused.checks[-1].passed) == ("category", False)
    sums = totals(shop, made.id)
    assert (sums["email_not_sent"], sums["email_not_sent_no_consent"], sums["handled"]) == (2, 1, 3)
    assert told(shop, bob) == []


def test_customers_who_are_gone_leave_no_trace_but_count(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann")
    made = dispatch(shop, now)

    for _ in range(2):
        send_batch(shop, made.id, 0, [ann, "cus_00000000000000000000000000"], now)

    assert len(deliveries(shop)) == 1
    assert totals(shop, made.id)["handled"] == 2


def test_a_held_out_dispatch_sends_nothing(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann, bob = person(shop, now, "Ann"), person(shop, now, "Bob", consent=False)
    made = dispatch(shop, now, hold_out=True)

    send_batch(shop, made.id, 0, [ann, bob], now)

    assert out.email.sent == []
    assert (only(shop, ann).reason, only(shop, bob).reason) == (Reason.HOLD_OUT, Reason.NO_CONSENT)
    assert read_contact(shop, ann).recent == ()
    assert totals(shop, made.id)["email_not_sent_hold_out"] == 1


def test_the_first_possible_channel_is_claimed_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann", phone="+491701234567")
    change(shop, ann, channels={Channel.EMAIL: False})
    made = dispatch(shop, now, channels=(Channel.EMAIL, Channel.SMS), choice=Choice.FIRST)
    send_batch(shop, made.id, 0, [ann], now)
    change(shop, ann, channels={})

    send_batch(shop, made.id, 0, [ann], now)

    assert (len(out.sms.sent), len(out.email.sent)) == (1, 0)
    assert only(shop, ann).channel is Channel.SMS


def test_all_channels_of_a_message_are_deliveries_of_their_own(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    people = [person(shop, now, f"P{n}", phone=f"+49170123456{n}") for n in range(3)]
    made = dispatch(shop, now, channels=(Channel.EMAIL, Channel.SMS))

    send_batch(shop, made.id, 0, people, now)

    assert (len(out.sms.sent), len(out.email.sent)) == (3, 3)
    assert {one.channel for one in deliveries(shop, customer_id=people[0])} == {Channel.EMAIL, Channel.SMS}


def test_who_unsubscribes_between_reading_and_claiming_gets_nothing(
    shop: Tenant, now: datetime, out: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(shop, now, 6)
    made = dispatch(shop, now)
    from regulars.messaging.sending import batches

    real = batches.gather

    def gather(*given: object) -> object:
        found = real(*given)  # type: ignore[arg-type]
        change(shop, people[2], consents={Channel.EMAIL: Consent(ConsentState.WITHDRAWN, now, "one_click")})
        return found

    monkeypatch.setattr(batches, "gather", gather)
    send_batch(shop, made.id, 0, people, now)

    assert people[2] not in out.email.customers
    assert len(out.email.sent) == 5
    assert only(shop, people[2]).reason is Reason.UNSUBSCRIBED
    sums = totals(shop, made.id)
    assert (sums["email_claimed"], sums["email_not_sent"], sums["handled"]) == (5, 1, 6)


def test_no_claim_follows_the_commit_of_an_unsubscription(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 16)
    made = dispatch(shop, now)
    gone: list[str] = []

    def leave() -> None:
        for one in people:
            while True:
                try:
                    agree(shop, one, now, ConsentState.WITHDRAWN)
                except RuntimeError:
                    continue
                gone.append(one)
                break

    seen: dict[str, bool] = {}
    out.email.before = lambda batch: seen.update({one.customer_id: one.customer_id in gone for one in batch})
    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(leave)
        for number in range(4):
            send_batch(shop, made.id, number, people[4 * number : 4 * number + 4], now)
        first.result()

    for one in deliveries(shop):
        contact = read_contact(shop, one.customer_id)
        assert (one.state is State.SENT) == (len(contact.recent) == 1)
        assert one.state is State.SENT or one.reason is Reason.UNSUBSCRIBED


def test_caps_are_exact_when_two_campaigns_run_at_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 6)
    made = [dispatch(shop, now, id=f"dsp_{shop.id[4:-1]}{number}") for number in range(4)]

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda one: send_batch(shop, one.id, 0, people, now), made))

    for one in people:
        assert out.email.customers.count(one) == 2
        refused = [found for found in deliveries(shop, customer_id=one) if found.state is State.NOT_SENT]
        assert [found.reason for found in refused] == [Reason.CAPPED] * 2


def test_a_cancel_in_the_middle_of_sending_stops_claims_at_once(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    people = crowd(shop, now, 12)
    made = dispatch(shop, now)
    with outbox.once_before(out.email, lambda: set_gate(shop, made.id, "closed", now)):
        for number in range(3):
            send_batch(shop, made.id, number, people[4 * number : 4 * number + 4], now)

    assert sorted(out.email.customers) == sorted(people[:4])
    assert totals(shop, made.id)["email_sent"] == 4
    assert len(deliveries(shop)) == 4
    with pytest.raises(ConflictError):
        set_gate(shop, made.id, "open", now)


def test_a_paused_dispatch_parks_its_batches_and_sends_them_when_it_goes_on(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    people = crowd(shop, now, 8)
    made = dispatch(shop, now)
    set_gate(shop, made.id, "paused", now)
    for number in (0, 1):
        send_batch(shop, made.id, number, people[4 * number : 4 * number + 4], now)
    assert (out.email.sent, out.queued) == ([], [])

    set_gate(shop, made.id, "open", now)
    send_all(shop, out.taken(), now)

    assert sorted(out.email.customers) == sorted(people)
    assert get_dispatch(shop, made.id).state.value == "open"
    set_gate(shop, made.id, "paused", now)
    set_gate(shop, made.id, "open", now)
    assert out.taken() == []


def test_a_throttled_dispatch_goes_at_its_pace(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = crowd(shop, now, 6)
    made = dispatch(shop, now, throttle_per_minute=3)
    send_batch(shop, made.id, 0, people[:3], now)
    send_batch(shop, made.id, 1, people[3:], now)
    ((work, delay),) = out.queued

    assert (work, len(out.email.sent)) == (Batch(shop, made.id, 1, tuple(people[3:])), 3)
    assert 50 < delay <= 61
    send_batch(shop, made.id, 1, people[3:], now + timedelta(seconds=delay))
    assert len(out.email.sent) == 6


def test_mail_domains_take_so_many_an_hour(
    shop: Tenant, now: datetime, out: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.messaging.sending import people as rooms
    from regulars.messaging.settings_model import MessagingSettings

    paced = MessagingSettings(domain_rates={"example.test": 60})
    monkeypatch.setattr(rooms, "messaging_settings", lambda tenant: paced)
    people = crowd(shop, now, 4)
    made = dispatch(shop, now)

    send_batch(shop, made.id, 0, people, now)

    states = {one.customer_id: one for one in deliveries(shop)}
    waiting = [one for one in states.values() if one.state is State.DEFERRED]
    assert (len(out.email.sent), {one.reason for one in waiting}) == (2, {Reason.PACED})
    assert sorted(one.due_at for one in waiting if one.due_at) == [now + 2 * MINUTE, now + 3 * MINUTE]
    for one in waiting:
        carry_on(shop, [(one.customer_id, one.id)], now + 3 * MINUTE)
    assert len(out.email.sent) == 4
    sums = totals(shop, made.id)
    assert (sums["email_deferred"], sums["email_sent"], sums["handled"]) == (0, 4, 4)


def test_one_who_cannot_be_rendered_fails_alone(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = [person(shop, now, name) for name in ("Ann", "Broken", "Cy")]
    made = dispatch(shop, now)

    send_batch(shop, made.id, 0, people, now)

    failed = only(shop, people[1])
    assert (failed.state, failed.reason) == (State.FAILED, Reason.RENDER_FAILED)
    assert "a division by zero" in failed.explanation
    assert sorted(out.email.customers) == sorted([people[0], people[2]])
    assert told(shop, people[1]) == ["message.not_sent"]


def test_throttled_mails_wait_and_go_out_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    slow, fast = person(shop, now, "Throttled"), person(shop, now, "Fast")
    made = dispatch(shop, now)
    send_batch(shop, made.id, 0, [slow, fast], now)
    waiting = only(shop, slow)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.QUEUED, Reason.THROTTLED, 1)
    assert out.email.customers == [fast]
    ((work, delay),) = out.queued
    assert (work, delay) == (Waiting(shop, ((slow, waiting.id),)), 5)

    out.email._one = lambda outgoing: outbox.Accepted("late")  # type: ignore[method-assign]
    send_all(shop, out.taken(), now + MINUTE)

    sent = only(shop, slow)
    assert (sent.state, sent.attempts, sent.reason) == (State.SENT, 2, None)
    sums = totals(shop, made.id)
    assert (sums["email_claimed"], sums["email_sent"], sums["handled"]) == (2, 2, 2)
    assert len(read_contact(shop, slow).recent) == 1


def test_a_lost_answer_is_never_repeated(shop: Tenant, now: datetime, out: Outbox) -> None:
    lost = person(shop, now, "Lost")
    made = dispatch(shop, now)
    for turn in range(4):
        send_batch(shop, made.id, 0, [lost], now + 2 * turn * MINUTE)

    assert len(out.email.sent) == 1
    assert (only(shop, lost).state, only(shop, lost).reason) == (State.UNKNOWN, Reason.ANSWER_LOST)
    assert told(shop, lost) == ["message.unconfirmed"]
    assert totals(shop, made.id)["email_unknown"] == 1


def test_what_the_provider_refuses_has_failed(shop: Tenant, now: datetime, out: Outbox) -> None:
    one = person(shop, now, "Rejected")
    made = dispatch(shop, now)
    send_batch(shop, made.id, 0, [one], now)
    assert (only(shop, one).state, only(shop, one).reason) == (State.FAILED, Reason.REJECTED)
    assert totals(shop, made.id)["email_failed"] == 1


def test_an_attempt_of_another_worker_is_looked_at_when_it_would_be_lost(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = person(shop, now, "Ann")
    made = dispatch(shop, now)
    states: list[Delivery] = []

    def second() -> None:
        send_batch(shop, made.id, 0, [ann], now)
        states.append(only(shop, ann))

    with outbox.once_before(out.email, second):
        send_batch(shop, made.id, 0, [ann], now)

    ((work, delay),) = out.queued
    assert [one.state for one in states] == [State.SENDING]
    assert delay > ATTEMPT_LASTS.total_seconds()
    send_all(shop, [work], now + 2 * MINUTE)
    assert (len(out.email.sent), only(shop, ann).state) == (1, State.SENT)


def test_a_slow_answer_counts_after_the_attempt_was_given_up(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = person(shop, now, "Ann")
    made = dispatch(shop, now)
    later = now + 2 * MINUTE
    with outbox.once_before(out.email, lambda: send_batch(shop, made.id, 0, [ann], later)):
        send_batch(shop, made.id, 0, [ann], now)

    assert only(shop, ann).state is State.SENT
    sums = totals(shop, made.id)
    assert (sums["email_unknown"], sums["email_sent"], len(out.email.sent)) == (0, 1, 1)


def test_deferred_deliveries_of_a_cancelled_dispatch_are_not_sent(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = person(shop, now, "Ann", phone="+491701234567")
    night = now.replace(hour=22)
    made = dispatch(shop, now, channels=(Channel.SMS,))
    send_batch(shop, made.id, 0, [ann], night)
    waiting = only(shop, ann)
    assert (waiting.state, waiting.reason) == (State.DEFERRED, Reason.QUIET_HOURS)
    # Eight in the morning in Warsaw.
    assert waiting.due_at == (night + timedelta(days=1)).replace(hour=7, minute=0)
    set_gate(shop, made.id, "closed", night)

    carry_on(shop, [(ann, waiting.id)], waiting.due_at or now)

    assert (only(shop, ann).state, only(shop, ann).reason) == (State.NOT_SENT, Reason.CANCELLED)
    sums = totals(shop, made.id)
    assert (sums["sms_deferred"], sums["sms_not_sent_cancelled"], out.sms.sent) == (0, 1, [])


def test_the_wire_form_of_a_delivery_is_that_of_its_item(shop: Tenant, now: datetime, out: Outbox) -> None:
    from regulars.messaging.delivery_store import DeliveryItem
    from regulars.messaging.delivery_wire import wire_of

    ann = person(shop, now, "Ann")
    made = dispatch(shop, now, campaign_id="cmp_1", variant="a", expires_at=now + MINUTE)
    send_batch(shop, made.id, 0, [ann], now)
    full = replace(
        only(shop, ann),
        opened_at=now,
        clicked_at=now,
        due_at=now,
        about="x",
        links={"1.0": "https://a.test"},
        reason=Reason.CAPPED,
        explanation="special",
    )

    item = DeliveryItem.of(shop, full)
    item.revision = 7
    assert wire_of(shop, full, 7) == item.serialize()
