"""A worker that dies before or after any call of a batch: nobody gets the message twice, and nobody is forgotten."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact_store import read_contact
from regulars.messaging.dispatches import totals
from regulars.messaging.model import Channel, State
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.sending.carrying_on import carry_on
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, deliveries, dispatch, person
from tests.integration.pipeline.shop import events_of

# Reads of people, standing and suppressions, the claim, the record, and some room.
CALLS = 14


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    return outbox.use(monkeypatch)


def come_again(tenant: Tenant, dispatch_id: str, people: list[str], out: Outbox, now: datetime) -> None:
    """The queue delivers the batch again, and then all that it led to, until nothing is left."""
    later = now
    for _ in range(4):
        later += timedelta(minutes=2)
        send_batch(tenant, dispatch_id, 0, people, later)
        for work in out.taken():
            carry_on(tenant, work.refs, later)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_dying_at_any_call_sends_nothing_twice_and_forgets_nobody(
    shop: Tenant, now: datetime, out: Outbox, call: int, answered: bool
) -> None:
    people = [person(shop, now, name) for name in ("Ann", "Throttled", "Rejected", "Bob")]
    people.append(person(shop, now, "Eve", consent=False))
    made = dispatch(shop, now)
    try:
        with killed_at(call, answered=answered):
            send_batch(shop, made.id, 0, people, now)
    except KilledError:
        pass
    out.email._one = _takes_all(out)  # type: ignore[method-assign]

    come_again(shop, made.id, people, out, now)

    assert set(Counter(out.email.customers).values()) <= {1}
    found = {one.customer_id: one for one in deliveries(shop)}
    assert found.keys() == set(people)
    final = {State.SENT, State.UNKNOWN, State.FAILED, State.NOT_SENT}
    assert {one.state for one in found.values()} <= final
    for one in found.values():
        # What is lost is said to be lost; what was surely not sent is sent.
        assert one.state is not State.SENT or one.customer_id in out.email.customers
        told = [e.name for e in events_of(shop, [one.customer_id]) if e.name.startswith("message.")]
        assert len(told) == (0 if one.state is State.NOT_SENT else 1)
        assert len(read_contact(shop, one.customer_id).recent) == (0 if one.state is State.NOT_SENT else 1)
    sums, states = totals(shop, made.id), Counter(one.state.value for one in found.values())
    assert {name: sums[f"email_{name}"] for name in states} == dict(states)
    assert (sums["email_claimed"], sums["handled"]) == (4, 5)


def _takes_all(out: Outbox) -> object:
    def take(outgoing: outbox.Outgoing) -> outbox.Outcome:
        out.email.sent.append(outgoing)
        return outbox.Accepted(outgoing.delivery_id)

    return take


@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_while_the_provider_has_the_batch_leaves_it_unknown(
    shop: Tenant, now: datetime, out: Outbox, when: str
) -> None:
    people = [person(shop, now, name) for name in ("Ann", "Bob")]
    made = dispatch(shop, now)

    def die(batch: object) -> None:
        raise KilledError

    setattr(out.email, when, die)
    with pytest.raises(KilledError):
        send_batch(shop, made.id, 0, people, now)
    setattr(out.email, when, lambda batch: None)

    come_again(shop, made.id, people, out, now)

    assert len(out.email.sent) == (0 if when == "before" else 2)
    assert {one.state for one in deliveries(shop, channel=Channel.EMAIL)} == {State.UNKNOWN}
    sums = totals(shop, made.id)
    assert (sums["email_unknown"], sums["email_claimed"], sums["email_sent"]) == (2, 2, 0)
