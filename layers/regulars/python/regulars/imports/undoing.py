"""Taking an import back: what it created goes, what it changed returns; what others have changed since stays and is named.

It goes backwards through the plans of the run, so that orders go before the customers who placed them. Every step may be done
again: the counts say what is gone or restored afterwards, whoever did it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from regulars import segments
from regulars.imports import store
from regulars.imports.loaders import taking_back
from regulars.imports.loaders.steps import Left, Step
from regulars.imports.model import ImportSpec
from regulars.imports.refusals import csv_line
from regulars.imports.runner import LANES
from regulars.imports.targets import ImportKind
from regulars.kernel.jobs import State
from regulars.kernel.turns import Hands

# What stays: what it is, its number or id, and why.
Kept = list[str]


def run_undo(hands: Hands) -> bool:
    """Work until the first chunk is taken back or the time ends; whether the job has ended."""
    job = hands.lease.job
    spec = ImportSpec.of(job.spec)
    at = dict(job.checkpoint)
    counts = Counter({name: count for name, count in job.counts.items() if count})
    total = max(1, at["undo_chunks"])
    if not _restore_customers(hands, spec, at, counts):
        return False
    with ThreadPoolExecutor(LANES) as pool:
        for chunk, plan in store.plans_backwards(hands.tenant, job.id, spec.run, at.get("undo_from")):
            kept = _take_back(hands, spec, plan, pool, counts)
            _note(hands, f"{total + 1 - chunk:08d}", kept)
            at["undo_from"] = chunk
            hands.lease.checkpoint(
                hands.now(), counts=dict(counts), checkpoint=at, done=1 - min(1.0, chunk / total)
            )
            if hands.in_haste:
                hands.lease.let_go()
                return False
    _finish(hands, counts)
    return True


def _restore_customers(hands: Hands, spec: ImportSpec, at: dict[str, Any], counts: Counter[str]) -> bool:
    """Give changed customers their previous values, a hundred between two checkpoints."""
    job = hands.lease.job
    if spec.kind is not ImportKind.CUSTOMERS:
        return True
    changed = store.changed_customers(hands.tenant, job.id, spec.run, at.get("undo_after", ""))
    kept: list[Kept] = []
    done = 0
    for customer_id, before, after in changed:
        left = taking_back.restore_customer(hands.tenant, customer_id, before, after, hands.now())
        counts["kept" if left else "restored"] += 1
        kept += [["customer", customer_id, left]] if left else []
        done += 1
        if done % 100 == 0:
            _checkpoint_customers(hands, at, counts, customer_id, kept)
            kept = []
            if hands.in_haste:
                hands.lease.let_go()
                return False
    if done % 100:
        _checkpoint_customers(hands, at, counts, customer_id, kept)
    return True


def _checkpoint_customers(
    hands: Hands, at: dict[str, Any], counts: Counter[str], customer_id: str, kept: list[Kept]
) -> None:
    _note(hands, f"customers-{customer_id}", kept)
    at["undo_after"] = customer_id
    hands.lease.checkpoint(hands.now(), counts=dict(counts), checkpoint=at, done=0)


def _take_back(
    hands: Hands, spec: ImportSpec, plan: store.Plan, pool: ThreadPoolExecutor, counts: Counter[str]
) -> list[Kept]:
    kept: list[Kept] = []
    for steps in taking_back.steps_of(hands.tenant, hands.lease.job.id, spec.kind, plan, hands.now()):
        for step, left in _in_lanes(pool, steps):
            if left is None:
                counts["removed" if step.removes else "restored"] += 1
            elif left:
                counts["kept"] += 1
                kept.append([step.what, step.name, left])
    return kept


def _in_lanes(pool: ThreadPoolExecutor, steps: list[Step]) -> list[tuple[Step, Left]]:
    lanes: dict[str, list[Step]] = {}
    for step in steps:
        lanes.setdefault(step.lane or step.name, []).append(step)
    waiting = [pool.submit(copy_context().run, _lane, lane) for lane in lanes.values()]
    return [pair for lane in waiting for pair in lane.result()]


def _lane(steps: list[Step]) -> list[tuple[Step, Left]]:
    return [(step, step.run()) for step in steps]


def _folder(job_id: str) -> str:
    return f"jobs/{job_id}/kept/"


def _note(hands: Hands, name: str, kept: list[Kept]) -> None:
    if kept:
        rows = "".join(csv_line(row) for row in kept)
        hands.files.write(f"{_folder(hands.lease.job.id)}{name}.csv", rows.encode())


def _finish(hands: Hands, counts: Counter[str]) -> None:
    job = hands.lease.job
    files = dict(job.files)
    if counts["kept"]:
        files["result"] = f"jobs/{job.id}/kept.csv"
        head = ("\ufeff" + csv_line(["what", "which", "why it stays"])).encode()
        pieces = (piece for key in hands.files.keys(_folder(job.id)) for piece in hands.files.read(key))
        hands.files.join(files["result"], _after(head, pieces))
    hands.lease.finish(hands.now(), State.UNDONE, files=files)
    segments.compute_thresholds(hands.tenant, f"Percentiles without {job.name}", now=hands.now())


def _after(head: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces
