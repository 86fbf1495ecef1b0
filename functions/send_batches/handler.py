"""Sends: a batch of a message to many, or deliveries that wait."""

from regulars.kernel.worker import each_message
from regulars.messaging.sending.failing import last_attempt
from send_batches.work import send

handler = each_message(send, last_attempt)
