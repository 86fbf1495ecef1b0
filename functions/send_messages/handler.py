"""Mails what events ask for: the order confirmation."""

from regulars.kernel.worker import each_event
from send_messages.triggers import send

handler = each_event(send)
