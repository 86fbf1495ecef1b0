"""What the pages of segments have in common: words for their states, for their rules, and for why somebody is in one."""

from collections.abc import Iterable

from console.segment_texts import Speech
from console.shell import shop_of
from console.tables import Badge
from console.web import Request
from regulars import segments as catalogue
from regulars.segments import Segment, Status

PATH = "/console/segments"
_STATES = {
    Status.READY: ("Ready", "good"),
    Status.EVALUATING: ("Being counted", "info"),
    Status.FAILED: ("Failed", "bad"),
}


def state_badge(segment: Segment) -> Badge:
    """Ready, being counted, failed."""
    return Badge(*_STATES[segment.status])


def speech_of(request: Request, known: Iterable[Segment]) -> Speech:
    """Puts rules into words, in the shop's currency and zone."""
    shop = shop_of(request)
    names = {segment.id: segment.name for segment in known}
    return Speech(catalogue.vocabulary_of(request.tenant), shop.currency, shop.zone, names)
