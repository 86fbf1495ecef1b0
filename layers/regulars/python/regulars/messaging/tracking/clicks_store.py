"""Clicks of a delivery that wait to be judged: one item for as long as that takes, with the timer that ends it.

They wait for two seconds, because whether a second of clicks was a machine's is known only when it is over (see `judging`).
"""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, settle
from regulars.kernel.transaction import Transaction
from regulars.messaging.signals import DeliveryRef
from regulars.messaging.tracking.machines import Click

_ATTEMPTS = 5


class ClicksItem(Item):
    """`clicks` are `<moment>#<link>`."""

    kind = UnicodeAttribute(default="clicks")
    clicks = UnicodeSetAttribute()
    due = TimeAttribute()

    @classmethod
    def place(cls, tenant: Tenant, ref: DeliveryRef) -> tuple[str, str]:
        return tenant.partition("C", ref.customer_id), "CLICKS#" + ref.delivery_id.rpartition("_")[2]


def hold(tenant: Tenant, ref: DeliveryRef, click: Click, timer: Timer) -> Timer | None:
    """Keep a click until `timer` is due; answers the timer if it is the one that was armed, None if another is on its way."""
    place, entry = ClicksItem.place(tenant, ref), {f"{iso(click.at)}#{click.link}"}
    for _ in range(_ATTEMPTS):
        if ClicksItem(*place).update_if([ClicksItem.clicks.add(entry)]):
            return None
        transaction = Transaction(tenant)
        transaction.create(ClicksItem(*place, clicks=entry, due=timer.due))
        arm(transaction, timer)
        try:
            transaction.commit()
        except ConflictError:
            continue
        return timer
    raise ConflictError("clicks keep coming and going")


def held(tenant: Tenant, ref: DeliveryRef) -> list[Click]:
    """The clicks that wait. 1 request unit."""
    item = ClicksItem.read(*ClicksItem.place(tenant, ref), consistent=True)
    return sorted(_click(entry) for entry in item.clicks) if item else []


def let_go(timer: Timer, ref: DeliveryRef, clicks: list[Click]) -> None:
    """The clicks are judged: remove them with their timer. Raises ConflictError when others have come since, AlreadyHandledError
    when somebody else did it."""
    transaction = Transaction(timer.tenant)
    settle(transaction, timer)
    if clicks:
        _remove(transaction, ref, clicks)
    transaction.commit()


def _remove(transaction: Transaction, ref: DeliveryRef, clicks: list[Click]) -> None:
    entries = {f"{iso(one.at)}#{one.link}" for one in clicks}
    transaction.delete(
        ClicksItem(*ClicksItem.place(transaction.tenant, ref)),
        condition=ClicksItem.clicks == entries,
        otherwise=ConflictError("more clicks have come"),
    )


def put_off(timer: Timer, later: Timer) -> None:
    """Have the clicks judged at another moment. Raises AlreadyHandledError."""
    transaction = Transaction(timer.tenant)
    settle(transaction, timer)
    arm(transaction, later)
    transaction.commit()


def _click(entry: str) -> Click:
    moment, _, link = entry.partition("#")
    return Click(datetime.fromisoformat(moment), link)
