"""Messages to one customer: asked for by a request, by a worker, put off, collected."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError
from regulars.kernel.sends import Waiting
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import TimerItem, due_timers, timer_of
from regulars.messaging.contact import Frequency, QuietHours
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel, Choice, Message, Reason, State
from regulars.messaging.sending.asking import SendRequest
from regulars.messaging.sending.carrying_on import carry_on
from regulars.messaging.sending.resolving import resolve
from regulars.messaging.sending.single import send_now, send_one
from regulars.messaging.sending.timers import OWNERS
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, agree, change, deliveries, only, person
from tests.integration.pipeline.shop import events_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    return outbox.use(monkeypatch)


def request(customer_id: str, **changes: Any) -> SendRequest:
    given: dict[str, Any] = {"template": "news", "channels": (Channel.EMAIL,)}
    return SendRequest(customer_id, **(given | changes))


def work_off(tenant: Tenant, out: Outbox, now: datetime) -> None:
    """What the queue holds, as its worker does it."""
    for work in out.taken():
        carry_on(tenant, work.refs, now)


def fire(tenant: Tenant, out: Outbox, now: datetime) -> int:
    """Every timer of the tenant that is due, and the work it leads to; answers how many there were."""
    due = [one for shard in range(16) for one in due_timers(shard, now) if one.tenant == tenant.id]
    for item in due:
        message = {"tenant": item.tenant, "name": item.name, "subject": item.subject}
        OWNERS[item.name](timer_of(message | {"due": item.due.isoformat()}), now)
    work_off(tenant, out, now)
    return len(due)


def timers(tenant: Tenant) -> list[TimerItem]:
    far = datetime.fromisoformat("2100-01-01T00:00:00+00:00")
    return [one for shard in range(16) for one in due_timers(shard, far) if one.tenant == tenant.id]


def test_a_request_is_queued_and_sent_by_the_worker(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann")

    (queued,) = send_one(shop, request(ann, values={"words": "!"}), now)

    assert queued.state is State.QUEUED
    assert [delay for _, delay in out.queued] == [30, 0]
    work_off(shop, out, now)
    assert next(one.content for one in out.email.sent).text == "Hello Ann!"  # type: ignore[union-attr]
    assert only(shop, ann).state is State.SENT
    assert len(read_contact(shop, ann).recent) == 1


def test_who_unsubscribes_before_the_worker_comes_gets_nothing(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    from regulars.messaging.contact import ConsentState

    ann = person(shop, now, "Ann")
    send_one(shop, request(ann), now)
    agree(shop, ann, now, ConsentState.WITHDRAWN)

    work_off(shop, out, now)

    assert out.email.sent == []
    assert only(shop, ann).reason is Reason.UNSUBSCRIBED


def test_what_cannot_be_sent_says_so_at_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    bob = person(shop, now, "Bob", consent=False)
    (refused,) = send_one(shop, request(bob), now)
    assert (refused.state, refused.reason) == (State.NOT_SENT, Reason.NO_CONSENT)

    (order,) = send_one(shop, request(bob, template="order"), now)
    assert order.state is State.QUEUED


def test_templates_and_categories_that_are_not_there_are_refused(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = person(shop, now, "Ann")
    for wrong in ({"template": "nonsense"}, {"category": "nonsense"}, {"send_at": now + 400 * DAY}):
        with pytest.raises(InvalidError):
            send_one(shop, request(ann, **wrong), now)
    assert deliveries(shop) == []


def test_a_message_may_be_put_off(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann")

    (later,) = send_one(shop, request(ann, send_at=now + DAY), now)

    assert (later.state, later.reason, later.due_at) == (State.DEFERRED, Reason.SCHEDULED, now + DAY)
    work_off(shop, out, now)
    assert (fire(shop, out, now + 23 * HOUR), out.email.sent) == (0, [])
    assert fire(shop, out, now + DAY) == 1
    assert only(shop, ann).state is State.SENT
    assert timers(shop) == []


def test_quiet_hours_put_a_text_off_until_morning(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann", phone="+491701234567")
    change(shop, ann, quiet=QuietHours(start=now.time(), end=(now + 3 * HOUR).time()))
    message = Message("m", now, "news", (Channel.SMS,), "promotions")
    # The shop is in Warsaw, an hour ahead.
    (waiting,) = send_now(shop, message, ann, now - HOUR)

    assert (waiting.state, waiting.due_at) == (State.DEFERRED, now + 2 * HOUR)
    fire(shop, out, now + 2 * HOUR)
    assert (only(shop, ann).state, len(out.sms.sent)) == (State.SENT, 1)


def test_a_worker_sends_at_once_and_only_once(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann", consent=False)
    message = Message("order:1", now, "order", (Channel.EMAIL,), "order_updates", about="ord_1")

    (sent,) = send_now(shop, message, ann, now)
    assert send_now(shop, message, ann, now) == []

    assert (sent.state, len(out.email.sent), out.queued) == (State.SENT, 1, [])
    assert out.email.sent[0].headers == {}
    assert read_contact(shop, ann).recent == ()
    assert [one.name for one in events_of(shop, [ann])].count("message.sent") == 1


def test_marketing_mails_carry_one_click_unsubscription(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann")
    send_now(shop, Message("m", now, "news", (Channel.EMAIL,), "promotions"), ann, now)
    headers = out.email.sent[0].headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<https://regulars.test/u/")


def weekly(shop: Tenant, now: datetime, *names: str) -> str:
    """A customer who wants promotions once a week, and messages with these keys that wait for it."""
    ann = person(shop, now, "Ann")
    change(shop, ann, frequency={"promotions": Frequency.WEEKLY})
    for number, name in enumerate(names):
        at = now + number * HOUR
        send_now(shop, Message(name, at, "news", (Channel.EMAIL,), "promotions"), ann, at)
    return ann


def test_a_digest_collects_and_goes_out_as_one_mail(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = weekly(shop, now, "a", "b", "c")
    waiting = deliveries(shop, customer_id=ann)
    # Monday at nine in Warsaw; it is Tuesday.
    monday = datetime.fromisoformat("2026-03-16T08:00:00+00:00")
    assert {(one.state, one.reason, one.due_at) for one in waiting} == {
        (State.DEFERRED, Reason.DIGEST, monday)
    }
    assert (out.email.sent, len(timers(shop))) == ([], 1)

    fire(shop, out, monday)

    (mail,) = out.email.sent
    found = {one.template: one for one in deliveries(shop, customer_id=ann)}
    assert found["digest"].state is State.SENT
    assert mail.delivery_id == found["digest"].id
    items = [one for one in deliveries(shop, customer_id=ann) if one.template == "news"]
    assert {(one.state, one.reason) for one in items} == {(State.SENT, Reason.DIGEST)}
    assert all(found["digest"].id in one.explanation for one in items)
    assert len(read_contact(shop, ann).recent) == 1
    fire(shop, out, monday + HOUR)
    assert len(out.email.sent) == 1


def test_what_is_not_wanted_any_more_is_left_out_of_the_digest(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = weekly(shop, now, "a")
    change(shop, ann, categories={"promotions": False})

    fire(shop, out, now + 7 * DAY)

    assert out.email.sent == []
    assert (only(shop, ann).state, only(shop, ann).reason) == (State.NOT_SENT, Reason.CATEGORY_OFF)


def test_a_capped_digest_is_not_sent_and_nor_are_its_items(shop: Tenant, now: datetime, out: Outbox) -> None:
    from regulars.messaging.contact import Recent

    ann = weekly(shop, now, "a", "b")
    monday = datetime.fromisoformat("2026-03-16T08:00:00+00:00")
    recent = tuple(Recent(monday - n * HOUR, Channel.EMAIL, "newsletters") for n in (2, 1))
    change(shop, ann, recent=recent)

    fire(shop, out, monday)

    assert out.email.sent == []
    assert {one.reason for one in deliveries(shop, customer_id=ann)} == {Reason.CAPPED}


def unknown(shop: Tenant, now: datetime) -> str:
    lost = person(shop, now, "Lost")
    send_now(shop, Message("m", now, "news", (Channel.EMAIL,), "promotions"), lost, now)
    return lost


@pytest.mark.parametrize(("verdict", "state"), [("sent", State.SENT), ("not_sent", State.NOT_SENT)])
def test_a_person_settles_what_is_unknown(
    shop: Tenant, now: datetime, out: Outbox, verdict: Any, state: State
) -> None:
    lost = unknown(shop, now)
    resolve(shop, only(shop, lost).id, verdict, now + HOUR)

    assert (only(shop, lost).state, only(shop, lost).reason) == (state, Reason.RESOLVED)
    with pytest.raises(ConflictError):
        resolve(shop, only(shop, lost).id, verdict, now + HOUR)


def test_an_unknown_one_is_sent_again_when_a_person_says_so(shop: Tenant, now: datetime, out: Outbox) -> None:
    lost = unknown(shop, now)
    out.email._one = lambda outgoing: outbox.Accepted("second")  # type: ignore[method-assign]

    resolve(shop, only(shop, lost).id, "again", now + HOUR)
    assert out.queued == [(Waiting(shop, ((lost, only(shop, lost).id),)), 0)]
    work_off(shop, out, now + HOUR)

    assert (only(shop, lost).state, only(shop, lost).attempts) == (State.SENT, 2)


def test_nobody_settles_what_is_not_there(shop: Tenant, now: datetime, out: Outbox) -> None:
    with pytest.raises(NotFoundError):
        resolve(shop, "dlv_00000000000000000000000000", "sent", now)


def test_an_optimal_channel_is_one_channel(shop: Tenant, now: datetime, out: Outbox) -> None:
    ann = person(shop, now, "Ann", phone="+491701234567")
    channels = (Channel.EMAIL, Channel.SMS)
    send_now(shop, Message("m", now, "news", channels, "promotions", Choice.OPTIMAL), ann, now)
    assert len(out.email.sent) + len(out.sms.sent) == 1
