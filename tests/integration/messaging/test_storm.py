"""Nobody is lost and nobody is written to twice, whatever goes wrong on the way (MSG-6)."""

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.delivery_store import read_deliveries
from regulars.messaging.dispatch_model import BATCH, Dispatch
from regulars.messaging.dispatches import totals
from regulars.messaging.model import HANDED_OVER, Channel, Delivery, State, delivery_id
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import forget_messaging_settings, save_settings
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.tracking.applying import apply
from tests.integration.messaging.storm import CALM, Storm, Weather

# In a long run STORMS=1000 STORM_SIZE=200 with this file alone.
SEEDS = int(os.environ.get("STORMS", "2"))
SIZE = int(os.environ.get("STORM_SIZE", "120"))


@pytest.fixture
def uncapped(shop: Tenant, now: datetime) -> Tenant:
    transaction = Transaction(shop)
    save_settings(transaction, MessagingSettings(caps=[]), 0, now)
    transaction.commit()
    forget_messaging_settings()
    return shop


def records(storm: Storm, dispatch: Dispatch) -> dict[str, Delivery]:
    """The delivery of each customer, by its id."""
    message = dispatch.message
    refs = [(one, delivery_id(storm.tenant, message, one, Channel.EMAIL)) for one in storm.customers]
    found: dict[str, Delivery] = {}
    for start in range(0, len(refs), 100):
        found |= read_deliveries(storm.tenant, refs[start : start + 100])
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_message_goes_out_once_or_is_accounted_for(
    uncapped: Tenant, now: datetime, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a dispatch to many, and a storm of its own kind for each seed
    draw = Random(seed)
    weather = Weather(dies=draw.choice((0.01, 0.05, 0.1)), provider_throttles=draw.choice((0.0, 0.1, 0.4)))
    storm = Storm(uncapped, seed, now, SIZE, weather)
    with storm.over(monkeypatch):
        dispatch = storm.open()
        # When one to four workers send it
        storm.blow(workers=seed % 4 + 1)
    taken = storm.mailer.taken
    found = records(storm, dispatch)

    # Then nobody was written to twice, and nobody is missing
    assert not {one: count for one, count in taken.items() if count > 1}
    assert len(found) == len(storm.customers)
    for one in found.values():
        assert one.state in {State.SENT, State.FAILED, State.UNKNOWN}, one
        if one.state is State.SENT:
            assert taken[one.id] == 1
        if one.state is State.FAILED:
            assert taken[one.id] == 0
            assert one.id in storm.mailer.refused
    assert all(found[one].state in {State.SENT, State.UNKNOWN} for one in taken)
    # Of whom it is not known, the worker died between claim and record, or the answer was lost
    unknown = sum(one.state is State.UNKNOWN for one in found.values())
    assert unknown <= BATCH * (storm.misfortunes + storm.mailer.deaths) + len(storm.mailer.lost)
    _sums_are_those_of_the_records(uncapped, dispatch, found)

    # And what is unknown is settled by the provider's own events, late, twice and in any order
    told = _provider_tells(storm, found, draw)
    settled = records(storm, dispatch)
    assert all(settled[one].state is State.DELIVERED for one in told)
    assert all(settled[one].state is found[one].state for one in settled.keys() - told)
    assert not {one for one in taken if settled[one].state is State.UNKNOWN}
    _sums_are_those_of_the_records(uncapped, dispatch, settled)


def test_without_misfortune_everybody_is_written_to(
    uncapped: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm = Storm(uncapped, 1, now, SIZE, CALM)
    with storm.over(monkeypatch):
        dispatch = storm.open()
        storm.blow(workers=4)
    found = records(storm, dispatch)
    assert {one.state for one in found.values()} == {State.SENT}
    assert storm.mailer.taken == dict.fromkeys(found, 1)
    _sums_are_those_of_the_records(uncapped, dispatch, found)


def _provider_tells(storm: Storm, found: dict[str, Delivery], draw: Random) -> set[str]:
    """The events of all that was taken and is unknown, and of some others."""
    taken = [one for one in storm.mailer.taken if found[one].state is State.UNKNOWN or draw.random() < 0.1]
    signals = [
        Signal(DeliveryRef(storm.mailer.customers[one], one), kind, storm.now + timedelta(seconds=1))
        for one in taken
        for kind in (SignalKind.ACCEPTED, SignalKind.DELIVERED, SignalKind.DELIVERED)
    ]
    for signal in draw.sample(signals, len(signals)):
        apply(storm.tenant, signal, storm.now + timedelta(seconds=2))
    return set(taken)


def _sums_are_those_of_the_records(tenant: Tenant, dispatch: Dispatch, found: dict[str, Delivery]) -> None:
    sums, states = totals(tenant, dispatch.id), Counter(one.state for one in found.values())
    assert sums["handled"] == len(found)
    assert sums["email_claimed"] == len(found)
    assert sums["email_sent"] == sum(states[one] for one in HANDED_OVER)
    assert sums["email_unknown"] == states[State.UNKNOWN]
    assert sums["email_failed"] == states[State.FAILED]
    assert sums["email_delivered"] == states[State.DELIVERED]
