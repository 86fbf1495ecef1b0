"""Who is in a segment, or was at a moment of the past, page by page."""

from dataclasses import dataclass
from datetime import datetime

from regulars.customers import Facts, facts_of_many
from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.segments.catalogue import catalogue_of
from regulars.segments.members_store import SHARDS
from regulars.segments.spells_store import Place, Spell, cursor_at, merged, past_at, present_after, read_place


@dataclass(frozen=True, slots=True)
class Member:
    """A customer in a segment: since when and, in a list of the past, until when (None: still). `facts` are today's; None of
    one who was deleted a moment ago."""

    customer_id: str
    since: datetime
    until: datetime | None
    facts: Facts | None


def members(
    tenant: Tenant,
    segment_id: str,
    *,
    limit: int = 25,
    cursor: str | None = None,
    at: datetime | None = None,
) -> Page[Member]:
    """A page of the members of now, or of the moment `at`.

    Each customer has a place that does not change while pages are read: who is in the segment all the time is listed exactly
    once, whoever else comes or goes. A page may be short and still have a next one. About 0.5 request units for 40 members,
    and 0.5 each for their facts. Raises NotFoundError, MalformedError (a cursor of another list).
    """
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    place = read_place(tenant, segment_id, cursor)
    found, following = _gathered(tenant, segment_id, place, limit, at)
    facts = facts_of_many(tenant, [one.customer_id for one in found]) if found else {}
    return Page(
        [Member(one.customer_id, one.since, one.until, facts.get(one.customer_id)) for one in found],
        cursor_at(tenant, segment_id, following) if following else None,
    )


def _gathered(
    tenant: Tenant, segment_id: str, place: Place, limit: int, at: datetime | None
) -> tuple[list[Spell], Place | None]:
    """Up to `limit` spells from a place on, and where the next page begins."""
    found: list[Spell] = []
    while place.shard < SHARDS and len(found) < limit:
        wanted = limit - len(found)
        spells, end = _of_shard(tenant, segment_id, place, wanted, at)
        found += spells[:wanted]
        if len(spells) > wanted:
            return found, Place(place.shard, found[-1].customer_id)
        place = Place(place.shard + 1) if end is None else Place(place.shard, end)
    return found, place if place.shard < SHARDS else None


def _of_shard(
    tenant: Tenant, segment_id: str, place: Place, limit: int, at: datetime | None
) -> tuple[list[Spell], str | None]:
    """Members of one partition from a place on, at least `limit` of them unless the partition ends; and up to whom."""
    present, end = present_after(tenant, segment_id, place, limit, at)
    if at is None:
        return present, end
    # Each customer keeps their place among the ids, so that one who leaves while pages are read is neither lost nor repeated.
    return merged(present, past_at(tenant, segment_id, place.shard, at), place, end), end
