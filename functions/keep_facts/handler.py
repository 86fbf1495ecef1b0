"""Keeps customers' facts from the events of the bus."""

from keep_facts.facts import keep
from regulars.kernel.worker import event_batches

handler = event_batches(keep)
