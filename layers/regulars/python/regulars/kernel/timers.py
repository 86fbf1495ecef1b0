"""Anything due later. One item a timer, armed and disarmed in its owner's transaction.

Timers lie in 16 partitions in order of time, so finding what is due costs what is due, and a gap of any length (an outage,
a moved clock) is caught up by the same query (docs/adr/0004). `fire_timers` sends what is due to the queue; the owner's
handler does the work and removes the timer in one transaction, so a timer that is sent twice does nothing more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel import queue
from regulars.kernel.clock import iso
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.ids import digest
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

SHARDS = 16
# After this time without the owner having removed it, a timer that was sent is sent again.
RESEND_AFTER = timedelta(minutes=5)


class TimerItem(Item):
    kind = UnicodeAttribute(default="timer")
    tenant = UnicodeAttribute()
    name = UnicodeAttribute()
    subject = UnicodeAttribute()
    due = TimeAttribute()
    sent_at = TimeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Timer:
    """`name` says what is to be done (`cart.abandon`), `subject` to what; one timer of a name a subject and moment."""

    tenant: Tenant
    name: str
    subject: str
    due: datetime

    def item(self) -> TimerItem:
        mark = digest(self.tenant.id, self.name, self.subject)
        shard = int.from_bytes(mark[-2:].encode()) % SHARDS
        return TimerItem(
            f"S#TIMER#{shard:02d}",
            f"{iso(self.due)}#{mark}",
            tenant=self.tenant.id,
            name=self.name,
            subject=self.subject,
            due=self.due,
        )


def arm(transaction: Transaction, timer: Timer) -> None:
    """Have `timer` fire at its moment. Arming the same one again changes nothing."""
    transaction.save(timer.item())


def disarm(transaction: Transaction, timer: Timer) -> None:
    """Take the timer away, if it is still there."""
    transaction.delete(timer.item(), condition=TimerItem.pk.exists() | TimerItem.pk.does_not_exist())


def settle(transaction: Transaction, timer: Timer) -> None:
    """Take away a timer whose work this transaction does; raises AlreadyHandledError if somebody else did it."""
    transaction.delete(
        timer.item(), condition=TimerItem.pk.exists(), otherwise=AlreadyHandledError(timer.name)
    )


def due_timers(shard: int, now: datetime) -> Iterator[TimerItem]:
    """The timers of a shard that are due and not on their way, earliest first."""
    for item in TimerItem.each(f"S#TIMER#{shard:02d}", TimerItem.sk <= iso(now) + "~", consistent=True):
        if item.sent_at is None or item.sent_at <= now - RESEND_AFTER:
            yield item


def note_sent(item: TimerItem, now: datetime) -> None:
    """Remember that a timer is on its way; harmless if its owner has removed it meanwhile."""
    item.update_if([TimerItem.sent_at.set(now)])


def nudge(timer: Timer, queue_url: str, delay: int) -> None:
    """Have an armed timer carried out `delay` seconds from now rather than at the next full minute. It is a favour: the timer
    fires by itself if this fails, and does nothing more if both come."""
    message = {"tenant": timer.tenant.id, "name": timer.name, "subject": timer.subject, "due": iso(timer.due)}
    queue.send_later(queue_url, message, delay)


def timer_of(message: dict[str, str]) -> Timer:
    """The timer that a queue message of `fire_timers` stands for."""
    return Timer(
        Tenant(message["tenant"]), message["name"], message["subject"], datetime.fromisoformat(message["due"])
    )
