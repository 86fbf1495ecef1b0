"""The moment up to which turns are given out, one item for each thing that has a pace."""

from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from regulars.kernel.table import Item, refusal_of
from regulars.kernel.tenancy import Tenant

_ATTEMPTS = 6
# A pace that nobody asked for so long has no backlog: its item may go.
_KEPT = timedelta(days=2)


class PaceItem(Item):
    """`until` is in milliseconds since 1970."""

    kind = UnicodeAttribute(default="pace")
    until = NumberAttribute()


def reserve(
    tenant: Tenant, name: str, length: timedelta, now: datetime, *, latest: datetime | None
) -> datetime | timedelta:
    """Give out turns that take `length`, and answer when they begin; if they would begin after `latest`, none are given out
    and the answer is by how much too late. One conditional update, two where turns are waited for."""
    item = PaceItem(tenant.partition("PACE"), name)
    span, present = round(length / timedelta(milliseconds=1)), _millis(now)
    for _ in range(_ATTEMPTS):
        if _begun(item, present, span, now):
            return now
        limit = _millis(latest) if latest else None
        start = _appended(item, present, span, limit)
        if start is not None:
            return datetime.fromtimestamp(start / 1000, UTC)
        held = PaceItem.read(item.pk, item.sk, consistent=True)
        if held is not None and limit is not None and int(held.until) > limit:
            return timedelta(milliseconds=int(held.until) - limit)
    return timedelta(seconds=1)


def _begun(item: PaceItem, present: int, span: int, now: datetime) -> bool:
    """Whether there was no backlog, so that the turns begin now."""
    free = PaceItem.pk.does_not_exist() | (PaceItem.until <= present)
    gone = int((now + _KEPT).timestamp())
    try:
        item.update(
            [PaceItem.until.set(present + span), PaceItem.kind.set("pace"), PaceItem.expires_at.set(gone)],
            free,
        )
    except UpdateError as error:
        if refusal_of(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _appended(item: PaceItem, present: int, span: int, limit: int | None) -> int | None:
    """When turns behind the present backlog begin; None if it is gone meanwhile, or too long."""
    behind = PaceItem.until > present
    if limit is not None:
        behind = behind & (PaceItem.until <= limit)
    try:
        item.update([PaceItem.until.add(span)], behind)
    except UpdateError as error:
        if refusal_of(error) != "ConditionalCheckFailedException":
            raise
        return None
    return int(item.until) - span


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
