"""Puts orders down to the messages that brought them, from the events of the bus."""

from keep_engagement.engagement import keep
from regulars.kernel.worker import event_batches

handler = event_batches(keep)
