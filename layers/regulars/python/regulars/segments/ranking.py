"""Thresholds of percentiles over all customers: each part writes down its customers' values, the end puts them together."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from regulars.kernel.files import Files
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands
from regulars.segments.bulk import Ask, shards_of, write_catalogue
from regulars.segments.store import save_thresholds
from regulars.segments.sweep_store import facts_after
from regulars.segments.thresholds import Threshold, value_of

# Customers a file of values: 8 bytes a field each.
PAGE = 2000
Values = NDArray[np.float64]


def measure(hands: Hands) -> bool:
    """A part's turn: write down the ranked fields of its customers; whether it is through."""
    lease = hands.lease
    assert lease.part is not None
    shards = shards_of(lease.part)
    fields = _fields(Ask.of(lease.job).measure)
    place, counts = lease.place or {"shard": 0, "page": 0, "after": ""}, lease.counts
    while place["shard"] < len(shards):
        found = facts_after(hands.tenant, shards[place["shard"]], place["after"], PAGE)
        if found.items:
            values = [[value_of(one, field) for one in found.items] for field in fields]
            name = f"{lease.part:02d}-{place['shard']:02d}-{place['page']:06d}"
            hands.files.write(f"{_folder(lease.job.id)}{name}", _packed(np.array(values, dtype=np.float64)))
        counts["measured"] = counts.get("measured", 0) + len(found.items)
        place = (
            {"shard": place["shard"] + 1, "page": 0, "after": ""}
            if found.last is None
            else {**place, "page": place["page"] + 1, "after": found.last["sk"]["S"]}
        )
        lease.checkpoint(hands.now(), counts=counts, checkpoint=place, done=place["shard"] / len(shards))
        if lease.stopping or hands.in_haste:
            break
    return bool(place["shard"] == len(shards))


def _fields(keys: Iterable[str]) -> list[str]:
    return sorted({Threshold.of(key).field for key in keys})


def _folder(job_id: str) -> str:
    return f"jobs/{job_id}/values/"


def _packed(values: Values) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()


def computed(files: Files, job_id: str, keys: Iterable[str]) -> dict[str, tuple[float, int]]:
    """Each threshold with the number of customers who have the field at all, of those that anybody has; 8 bytes of memory a
    customer and field, twice."""
    wanted = list(keys)
    pages = [
        np.load(io.BytesIO(b"".join(files.read(key))), allow_pickle=False)
        for key in files.keys(_folder(job_id))
    ]
    found = {}
    for place, field in enumerate(_fields(wanted)):
        values = np.concatenate([np.empty(0), *(page[place] for page in pages)])
        values = values[~np.isnan(values)]
        for key in wanted:
            threshold = Threshold.of(key)
            if threshold.field == field and values.size:
                found[key] = nearest_rank(values, threshold), int(values.size)
    return found


def nearest_rank(values: Values, threshold: Threshold) -> float:
    """The k-th largest (of a bottom part: smallest) of at least one value, k = ⌈percent · n / 100⌉: equal values are all in."""
    place = threshold.rank(values.size) - 1
    if threshold.part == "top":
        place = values.size - 1 - place
    value = float(np.partition(values, place)[place])
    return int(value) if value.is_integer() else value


def keep_thresholds(
    tenant: Tenant, moves: Mapping[str, Sequence[float]], sizes: Mapping[str, int], now: datetime
) -> None:
    """Put new thresholds in force: `moves` are pairs of an old and a new value, `sizes` how many customers have the field.
    Raises CatalogueMovedError if others keep writing the catalogue."""
    values = [(key, new, sizes[key]) for key, (_, new) in moves.items()]
    write_catalogue(tenant, lambda tx: save_thresholds(tx, values, now))
