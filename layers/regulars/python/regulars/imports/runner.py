"""An import at work: chunk by chunk, each written down as planned, carried out, and checkpointed.

Whatever is between two checkpoints may be done again after a crash. That changes nothing because a chunk's plan is written
before its effects and stands from then on, every effect is idempotent by job and row, and the counts of a chunk follow from its
plan and rows alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from regulars import segments
from regulars.imports import store
from regulars.imports.chunks import Chunk, chunks
from regulars.imports.lines import Source, lines
from regulars.imports.mapping import Values, compile_mapping
from regulars.imports.model import (
    UNDO_FOR,
    ImportSpec,
    Layout,
    Outcome,
    errors_key,
    errors_part,
    source_key,
)
from regulars.imports.records import Record, csv_records, json_records
from regulars.imports.refusals import Refusal, error_head, error_rows
from regulars.kernel.errors import BrokenError
from regulars.kernel.files import Files
from regulars.kernel.jobs import State
from regulars.kernel.turns import Hands

# Writes of different customers overlap; more than this gains nothing on one processor.
LANES = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """What is done in one go. Units of one lane are done in the order of the file, different lanes at the same time."""

    line: int
    lane: str
    work: Any


class Loader(Protocol):
    """One kind of import. `prepare` judges rows, `plan` reads what is there, `load` does it (or foretells it in a dry run)."""

    def key_of(self, line: int, values: Values) -> str:
        """What rows that belong together have in common. Raises FieldError."""
        ...

    def prepare(self, chunk: Chunk) -> tuple[list[Unit], list[Refusal]]:
        """The units of a chunk, and the rows that cannot be taken."""
        ...

    def plan(self, units: list[Unit]) -> store.Plan:
        """What is about to happen, with what was there before, as JSON."""
        ...

    def begin(self, plan: store.Plan, chunk: int) -> list[Unit]:
        """Take up a plan; what must be done before all other units of the chunk."""
        ...

    def load(self, unit: Unit) -> Outcome:
        """Carry a unit out. Doing it again gives the same outcome."""
        ...

    def foretell(self, unit: Unit) -> Outcome:
        """What `load` would come to, without doing it."""
        ...


def run_import(hands: Hands, spec: ImportSpec, loader: Loader, zone: ZoneInfo) -> bool:
    """Work until the end of the file, a request to stop or the end of the time; whether the job has ended."""
    job = hands.lease.job
    layout = spec.layout
    if layout is None:
        raise BrokenError("an import was started without a layout")
    size = max(1, hands.files.size(source_key(job.id)))
    at = job.checkpoint or {"chunk": 0, "end": layout.start, "line": layout.lines}
    source = Source(hands.files.read(source_key(job.id)))
    read = compile_mapping(spec.kind, spec.mapping, layout.columns, zone)
    counts = Counter({name: count for name, count in job.counts.items() if count})
    records = records_of(layout, source, at["end"], at["line"])
    with ThreadPoolExecutor(LANES) as pool:
        for chunk in chunks(records, read, loader.key_of, number=at["chunk"], end=at["end"], line=at["line"]):
            outcome = _do(hands, spec, loader, chunk, pool)
            counts += outcome.counts
            place = {"chunk": chunk.number + 1, "end": chunk.end, "line": chunk.line}
            hands.lease.checkpoint(
                hands.now(), counts=dict(counts), checkpoint=place, done=min(1.0, source.taken / size)
            )
            if chunk.last:
                break
            if hands.lease.stopping or hands.in_haste:
                return _pause(hands, spec, counts)
    _finish(hands, spec, counts, State.SUCCEEDED)
    return True


def records_of(layout: Layout, source: Iterable[bytes], end: int, line: int) -> Iterator[Record]:
    """The records of a file from byte `end` on, `line` lines down."""
    if layout.format == "csv":
        return csv_records(lines(source, end), layout.delimiter, line)
    return json_records(lines(source, end), layout.columns, line)


def _do(hands: Hands, spec: ImportSpec, loader: Loader, chunk: Chunk, pool: ThreadPoolExecutor) -> Outcome:
    units, refused = loader.prepare(chunk)
    whole = Outcome(Counter(read=chunk.read), [*chunk.refusals, *refused])
    if spec.dry_run:
        outcomes = list(map(loader.foretell, [*loader.begin(loader.plan(units), chunk.number), *units]))
    elif units:
        job = hands.lease.job.id
        plan = store.plan_of(hands.tenant, job, spec.run, chunk.number)
        if plan is None:
            plan = store.keep_plan(hands.tenant, job, spec.run, chunk.number, loader.plan(units), hands.now())
        outcomes = [
            *_in_lanes(pool, loader.load, loader.begin(plan, chunk.number)),
            *_in_lanes(pool, loader.load, units),
        ]
    else:
        outcomes = []
    for outcome in outcomes:
        whole.counts += outcome.counts
        whole.refusals += outcome.refusals
    whole.counts["refused"] += len(whole.refusals)
    if whole.refusals:
        hands.files.write(errors_part(hands.lease.job.id, spec.run, chunk.number), error_rows(whole.refusals))
    return whole


def _in_lanes(pool: ThreadPoolExecutor, load: Callable[[Unit], Outcome], units: list[Unit]) -> list[Outcome]:
    lanes: dict[str, list[Unit]] = {}
    for unit in units:
        lanes.setdefault(unit.lane, []).append(unit)
    # Threads do not inherit the context (tenant, correlation), and one copy cannot be entered twice.
    waiting = [pool.submit(copy_context().run, _lane, load, lane) for lane in lanes.values()]
    return [outcome for lane in waiting for outcome in lane.result()]


def _lane(load: Callable[[Unit], Outcome], units: list[Unit]) -> list[Outcome]:
    return [load(unit) for unit in units]


def _pause(hands: Hands, spec: ImportSpec, counts: Counter[str]) -> bool:
    if hands.lease.stopping:
        _finish(hands, spec, counts, State.CANCELLED)
        return True
    hands.lease.let_go()
    return False


def _finish(hands: Hands, spec: ImportSpec, counts: Counter[str], state: State) -> None:
    job = hands.lease.job
    files = dict(job.files)
    if counts["refused"] and spec.layout is not None:
        key = errors_key(job.id, spec.run)
        hands.files.join(key, _error_file(hands.files, job.id, spec.run, spec.layout.columns))
        files["errors"] = key
    now = hands.now()
    hands.lease.finish(now, state, files=files, undo_until=None if spec.dry_run else now + UNDO_FOR)
    if not spec.dry_run and (counts["orders"] or counts["refunds"]):
        # Who is among the best fifth may be quite other people now; the night would be late to say so.
        segments.compute_thresholds(hands.tenant, f"Percentiles after {job.name}", now=now)


def _error_file(files: Files, job_id: str, run: int, columns: list[str]) -> Iterator[bytes]:
    yield error_head(columns)
    for key in files.keys(errors_part(job_id, run)):
        yield from files.read(key)
