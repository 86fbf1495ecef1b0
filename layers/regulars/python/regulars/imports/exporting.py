"""Customers to a file: shard by shard, page by page; each page is a piece, the pieces become one file at the end."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from regulars.customers import FACTS_SHARDS, Facts, Filter, page_of_shard
from regulars.imports.refusals import csv_line
from regulars.kernel.clock import iso
from regulars.kernel.jobs import State
from regulars.kernel.money import to_text
from regulars.kernel.turns import Hands

# Customers a piece; about 2 MB of the table's memory.
PAGE = 2000
COLUMNS = (
    "id",
    "name",
    "email",
    "phone",
    "status",
    "tags",
    "country",
    "city",
    "language",
    "source",
    "created_at",
    "currency",
    "orders",
    "gross",
    "refunds",
    "refunded",
    "spent",
    "first_order_at",
    "last_order_at",
    "last_activity_at",
)
_MONEY = frozenset({"gross", "refunded", "spent"})


def run_export(hands: Hands) -> bool:
    """Work until all shards are read or the time ends; whether the job has ended."""
    job = hands.lease.job
    at = job.checkpoint or {"shard": 0, "page": 0, "last": None}
    counts = Counter({name: count for name, count in job.counts.items() if count})
    wanted = Filter(**_filter(job.spec))
    while at["shard"] < FACTS_SHARDS:
        found = page_of_shard(hands.tenant, at["shard"], limit=PAGE, after=at["last"])
        facts = found.items
        kept = [one for one in facts if wanted.admits(one)]
        if kept:
            name = f"{_folder(job.id)}{at['shard']:02d}-{at['page']:06d}"
            hands.files.write(name, _rows(kept, job.spec["format"]))
        counts.update(read=len(facts), exported=len(kept))
        at = (
            {"shard": at["shard"], "page": at["page"] + 1, "last": found.last}
            if found.last
            else {"shard": at["shard"] + 1, "page": 0, "last": None}
        )
        hands.lease.checkpoint(
            hands.now(), counts=dict(counts), checkpoint=at, done=min(0.99, at["shard"] / FACTS_SHARDS)
        )
        if hands.lease.stopping:
            hands.lease.finish(hands.now(), State.CANCELLED)
            return True
        if hands.in_haste:
            hands.lease.let_go()
            return False
    result = f"jobs/{job.id}/customers.{job.spec['format']}"
    hands.files.join(result, _whole(hands, job.id, job.spec["format"]))
    hands.lease.finish(hands.now(), State.SUCCEEDED, files={"result": result})
    return True


def _filter(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name.endswith(("_from", "_to")) else value
        for name, value in spec.get("filter", {}).items()
    }


def _folder(job_id: str) -> str:
    return f"jobs/{job_id}/pieces/"


def _whole(hands: Hands, job_id: str, format: str) -> Iterator[bytes]:
    if format == "csv":
        yield ("\ufeff" + csv_line(list(COLUMNS))).encode()
    for key in hands.files.keys(_folder(job_id)):
        yield from hands.files.read(key)


def _rows(facts: list[Facts], format: str) -> bytes:
    if format == "csv":
        return "".join(csv_line(_cells(one)) for one in facts).encode()
    return "".join(json.dumps(_document(one), ensure_ascii=False) + "\n" for one in facts).encode()


def _document(facts: Facts) -> dict[str, Any]:
    """As the API shows a customer in a list: money in minor units."""
    found: dict[str, Any] = {"id": facts.customer_id}
    for name in COLUMNS[1:]:
        value = getattr(facts, name)
        if isinstance(value, frozenset):
            value = sorted(value)
        elif name.endswith("_at") and value is not None:
            value = iso(value)
        found[name] = value
    return found


def _cells(facts: Facts) -> list[Any]:
    """For a spreadsheet: money as decimals of its currency, tags in one cell."""
    document = _document(facts)
    document["tags"] = "; ".join(document["tags"])
    if facts.currency is not None:
        document |= {name: to_text(document[name], facts.currency) for name in _MONEY}
    return list(document.values())
