"""What every provider must do, whatever its other side does: one outcome a message, in order, and nothing raised."""

from collections.abc import Iterator

import pytest
from botocore.config import Config

from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Sender
from regulars.messaging.providers import calls
from regulars.messaging.providers.port import Accepted, Lost, Postponed, Rejected
from tests.integration.messaging.carriers import NAMES, Carrier, carrier
from tests.simulated import Simulated

EVIL = "x\r\nBcc: eve@example.test\r\n\r\nspam"


@pytest.fixture(params=NAMES)
def one(
    request: pytest.FixtureRequest, tenant: Tenant, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Carrier]:
    hasty = Config(connect_timeout=1, read_timeout=0.5, retries={"total_max_attempts": 1})
    monkeypatch.setattr(calls, "_CONFIG", hasty)
    with carrier(request.param, tenant, simulator, monkeypatch) as made:
        yield made


def _may(one: Carrier, how: str) -> None:
    if how in one.cannot:
        pytest.skip(f"{one.provider.name} cannot: {how}")


def test_it_says_what_it_is(one: Carrier) -> None:
    assert one.provider.name
    assert one.provider.channel
    assert 1 <= one.provider.most <= 100


def test_what_is_taken_has_the_providers_id_and_arrives_once(one: Carrier) -> None:
    _may(one, "accept")

    (outcome,) = one.send(one.outgoing())

    assert isinstance(outcome, Accepted)
    assert outcome.message_id
    assert len(one.arrived()) == 1


def test_a_request_for_patience_is_no_failure(one: Carrier) -> None:
    _may(one, "throttle")
    one.behave("throttle")

    (outcome,) = one.send(one.outgoing())

    assert isinstance(outcome, Postponed)
    assert outcome.throttled
    assert one.arrived() == []


def test_what_is_out_of_order_on_the_other_side_is_worth_another_try(one: Carrier) -> None:
    _may(one, "pause")
    one.behave("pause")

    (outcome,) = one.send(one.outgoing())

    assert isinstance(outcome, Postponed)
    assert not outcome.throttled
    assert one.arrived() == []
    assert isinstance(one.send(one.outgoing())[0], Accepted)


def test_a_refusal_is_for_good(one: Carrier) -> None:
    _may(one, "reject")
    one.behave("reject")

    (outcome,) = one.send(one.outgoing())

    assert isinstance(outcome, Rejected)
    assert outcome.detail
    assert one.arrived() == []


@pytest.mark.parametrize("how", ["lose_answers", "stall"])
def test_a_lost_answer_may_have_been_a_yes_and_is_not_asked_for_again(one: Carrier, how: str) -> None:
    _may(one, how)
    one.behave(how)
    outgoing = one.outgoing()

    (outcome,) = one.send(outgoing)

    assert len(one.arrived()) == 1
    if one.repeatable:
        assert isinstance(outcome, Postponed)
        assert isinstance(one.send(outgoing)[0], Accepted)
        assert len(one.arrived()) == 1
    else:
        assert isinstance(outcome, Lost)


def test_a_batch_has_an_outcome_for_each_in_its_order(one: Carrier) -> None:
    batch = [one.outgoing() for _ in range(min(4, one.provider.most))]

    outcomes = one.send(*batch)

    assert len(outcomes) == len(batch)
    if "accept" not in one.cannot:
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert len({outcome.message_id for outcome in outcomes if isinstance(outcome, Accepted)}) == len(
            batch
        )
        assert one.arrived() in ([single.delivery_id for single in batch], ["?"] * len(batch))


def test_a_provider_that_asks_for_patience_is_left_alone_for_the_rest_of_a_batch(one: Carrier) -> None:
    _may(one, "throttle")
    one.behave("throttle")

    outcomes = one.send(*(one.outgoing() for _ in range(3)))

    assert [type(outcome) for outcome in outcomes] == [Postponed] * 3
    assert all(isinstance(outcome, Postponed) and outcome.throttled for outcome in outcomes)
    assert one.arrived() == []


def test_after_a_lost_answer_the_rest_of_a_batch_was_certainly_not_sent(one: Carrier) -> None:
    _may(one, "lose_answers")
    if one.shell or one.repeatable:
        pytest.skip("one call for all, or a repeat is harmless")
    one.behave("lose_answers")

    outcomes = one.send(*(one.outgoing() for _ in range(3)))

    assert [type(outcome) for outcome in outcomes] == [Lost, Postponed, Postponed]
    assert len(one.arrived()) == 1


def test_line_breaks_in_names_tags_and_heads_add_nothing(one: Carrier) -> None:
    _may(one, "accept")
    tags = dict(one.outgoing().tags)
    evil = one.outgoing(
        headers={"X-Note": EVIL, "Evil\r\nBcc": "eve@example.test"}, tags=tags | {"note": EVIL}
    )

    (outcome,) = one.send(evil, sender=Sender(EVIL if one.provider.channel == "email" else "", SENDER_MAIL))

    assert isinstance(outcome, Accepted)
    assert len(one.arrived()) == 1


@pytest.mark.parametrize(
    "to", ["", "\r\nBcc: eve@example.test", "a b", "+1\r\n2", "android:x\r\ny", "http://\r\n"]
)
def test_what_is_no_address_is_refused_and_goes_nowhere(one: Carrier, to: str) -> None:
    if one.repeatable:
        pytest.skip("the inbox goes by the customer's id, not by an address")

    (outcome,) = one.send(one.outgoing(to=to))

    assert isinstance(outcome, Rejected)
    assert one.arrived() == []


SENDER_MAIL = "shop@example.test"
