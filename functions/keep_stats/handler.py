"""Keeps the tenants' live statistics from the events of the bus."""

from keep_stats.stats import keep
from regulars.kernel.worker import event_batches

handler = event_batches(keep)
