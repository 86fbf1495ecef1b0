"""Keeps contacts in step with customers, and asks for confirmation of who wants to be written to."""

from keep_contacts.contacts import keep
from regulars.kernel.clock import clock
from regulars.kernel.worker import each_event

_clock = clock()

handler = each_event(lambda envelope: keep(envelope, _clock.now()))
