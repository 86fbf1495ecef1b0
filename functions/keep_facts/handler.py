"""Keeps customers' facts, memberships in segments included, from the events of the bus."""

from keep_facts.facts import keep
from regulars.kernel.clock import clock
from regulars.kernel.worker import event_batches

_clock = clock()

handler = event_batches(lambda envelopes: keep(envelopes, _clock.now()))
