"""Behaviour (COM-4): what people do on a shop's pages, known or anonymous, and who an anonymous id turns out to be."""

from regulars.behaviour.identity import identify, stitch
from regulars.behaviour.model import AnonymousId, Identified, NewEvent, Outcome, Recorded, Result
from regulars.behaviour.origins import was_recorded_by
from regulars.behaviour.service import record

__all__ = [
    "AnonymousId",
    "Identified",
    "NewEvent",
    "Outcome",
    "Recorded",
    "Result",
    "identify",
    "record",
    "stitch",
    "was_recorded_by",
]
