"""How a tenant's customers lie in time: spans with how many there are in each, as seen in one shard.

Within a shard ids lie in the order of time, and customers come in bursts (an import brings a hundred thousand in minutes). Spans
that hold too many are narrowed to where these are and split once more, so that a sample of each stands for all in it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from regulars.kernel.ids import natural_id, time_of
from regulars.kernel.tenancy import Tenant
from regulars.segments.lanes import in_lanes
from regulars.segments.sampling_store import count_between, ends_between

_PARTS = 16
# A span with more than this share of all is split again.
_TOO_MANY = 1 / 8
_REMEMBERED_SECONDS = 600.0
_MOST_REMEMBERED = 1000
_TICK = timedelta(milliseconds=1)
_remembered: dict[str, tuple[float, tuple["Stratum", ...]]] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Stratum:
    """The customers of a shard whose ids are of a time from `start` to before `end`."""

    start: datetime
    end: datetime
    count: int


def id_at(moment: datetime) -> str:
    """What sorts before all customers' ids of this millisecond and after all of those before."""
    return natural_id("cus", moment, "")[:-16]


def strata_of(tenant: Tenant, shard: int) -> tuple[Stratum, ...]:
    """The strata of a tenant's shards, as they are in this one, up to ten minutes old. Counting costs 0.5 request units for
    every five customers of the shard, up to three times."""
    with _lock:
        known = _remembered.get(tenant.id)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        found = tuple(_refined(tenant, shard, _counted(tenant, shard, "cus_", "cus_~")))
        _remembered[tenant.id] = time.monotonic() + _REMEMBERED_SECONDS, found
        return found


def _refined(tenant: Tenant, shard: int, spans: Sequence[Stratum]) -> list[Stratum]:
    whole = sum(one.count for one in spans)
    found: list[Stratum] = []
    for one in spans:
        if one.count > whole * _TOO_MANY:
            found += _counted(tenant, shard, id_at(one.start), id_at(one.end))
        else:
            found.append(one)
    return found


def _counted(tenant: Tenant, shard: int, low: str, high: str) -> list[Stratum]:
    """The time between the first and the last customer of a range of ids in equal parts, of those with anybody in them."""
    ends = ends_between(tenant, shard, low, high)
    if ends is None:
        return []
    first, last = time_of(ends[0]), time_of(ends[1]) + _TICK
    step = max((last - first) / _PARTS, _TICK)
    starts = [first + step * number for number in range(_PARTS) if first + step * number < last]
    spans = list(zip(starts, [*starts[1:], last], strict=True))
    counts = in_lanes(partial(count_between, tenant, shard, id_at(start), id_at(end)) for start, end in spans)
    return [Stratum(start, end, count) for (start, end), count in zip(spans, counts, strict=True) if count]
