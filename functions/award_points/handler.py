"""Gives points for orders that are paid and takes them back with refunds, from the events of the bus."""

from award_points.points import follow
from regulars.kernel.clock import clock
from regulars.kernel.worker import each_event

_clock = clock()

handler = each_event(lambda envelope: follow(envelope, _clock.now()))
