"""When a keyword was last answered, so that one message gets one answer and two machines do not answer each other for ever."""

from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import digest
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_KEPT = timedelta(days=2)


class AnsweredItem(Item):
    kind = UnicodeAttribute(default="keyword answered")
    at = TimeAttribute()


def may_answer(tenant: Tenant, phone: str, keyword: str, now: datetime, quiet: timedelta) -> bool:
    """Whether this keyword of this phone has not been answered within `quiet`; who is told so answers it, nobody else."""
    item = AnsweredItem(
        tenant.partition("U", "sms", digest(tenant.id, "sms", phone)),
        f"ANSWERED#{keyword}",
        at=now,
        expires_at=int((now + _KEPT).timestamp()),
    )
    rested = AnsweredItem.pk.does_not_exist() | (AnsweredItem.at <= datetime.fromisoformat(iso(now - quiet)))
    tx = Transaction(tenant)
    tx.save(item, rested, ConflictError("answered already"))
    try:
        tx.commit()
    except ConflictError:
        return False
    return True
