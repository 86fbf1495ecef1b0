"""Segments that refer to segments: where a rule does so, and whether it would come back to itself. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from regulars.kernel.errors import Fault, InvalidError
from regulars.segments.model import Segment

Json = Mapping[str, Any]


def segment_conditions(rule: Json | None) -> Iterator[tuple[str, str]]:
    """The JSON pointer, within a rule that was parsed, of each condition on a segment, and that segment's id."""
    waiting: list[tuple[str, Json]] = [("/root", rule["root"])] if rule is not None else []
    while waiting:
        at, node = waiting.pop()
        if node["type"] == "segment":
            yield at, node["segment"]
        elif node["type"] == "not":
            waiting.append((f"{at}/of", node["of"]))
        elif node["type"] in {"all", "any"}:
            waiting += [(f"{at}/of/{place}", child) for place, child in enumerate(node["of"])]


def referred(segment: Segment) -> frozenset[str]:
    """The segments that this one's rule refers to, directly."""
    return frozenset(one for _, one in segment_conditions(segment.rule))


def readers_of(segments: Mapping[str, Segment], segment_id: str) -> list[Segment]:
    """The segments whose rules refer to this one, directly."""
    return [one for one in segments.values() if segment_id in referred(one)]


def with_readers(segments: Mapping[str, Segment], segment_ids: Iterable[str]) -> list[str]:
    """These segments, and all that refer to them through any number of steps."""
    reached = dict.fromkeys(segment_ids)
    waiting = list(reached)
    readers: dict[str, list[str]] = {}
    for one in segments.values():
        for other in referred(one):
            readers.setdefault(other, []).append(one.id)
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in reached:
                reached[reader] = None
                waiting.append(reader)
    return list(reached)


def check_references(
    rule: Json, segments: Mapping[str, Segment], own: Segment | None = None, *, at: str = "/rule"
) -> None:
    """Raises InvalidError, pointing at the very conditions, if the rule refers to a segment that is not there, or back to
    the segment that it is to be the rule of (`own`; None of a new one)."""
    faults = []
    for pointer, segment_id in segment_conditions(rule):
        if segment_id not in segments:
            faults.append(Fault(at + pointer + "/segment", "there is no such segment"))
        elif own is not None and (path := _path(segments, segment_id, own.id)):
            names = [own.name, *(segments[one].name for one in path)]
            faults.append(Fault(at + pointer + "/segment", f"refers back to itself: {' → '.join(names)}"))
    if faults:
        raise InvalidError(faults[0].detail, sorted(faults, key=lambda fault: fault.pointer))


def _path(segments: Mapping[str, Segment], start: str, end: str) -> list[str]:
    """The shortest way by references, both ends included; empty if there is none."""
    came_from: dict[str, str] = {start: ""}
    waiting = [start]
    for one in waiting:
        if one == end:
            path = [one]
            while came_from[path[-1]]:
                path.append(came_from[path[-1]])
            return path[::-1]
        for other in sorted(referred(segments[one]) & segments.keys()):
            if other not in came_from:
                came_from[other] = one
                waiting.append(other)
    return []
