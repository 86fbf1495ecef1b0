"""Rules: what they may say, trying one out, and why a customer is in a segment or not."""

from dataclasses import replace
from typing import Any

from regulars import segments
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.segments import Preview
from segments_api.schemas import (
    ExplainedView,
    ExplainQuery,
    NewPreview,
    PreviewView,
    VocabularyView,
)

routes = Routes("segments_api")


@routes.get("/segments/fields", permission=Permission.SEGMENTS_READ, answer=VocabularyView)
def get_segment_fields(call: Call) -> dict[str, Any]:
    """Get what rules can ask: fields, events with their properties, operators by type, windows, measures, limits.

    A tenant's custom attributes are among the fields as `attributes.<key>`. What is not `available` yet is missing for
    everybody.
    """
    return segments.vocabulary_of(call.tenant).described()


@routes.post("/segments/preview", permission=Permission.SEGMENTS_READ, answer=PreviewView)
def preview_segment(call: Call, body: NewPreview) -> Preview:
    """Try a rule out: how many match, a sample with the reasons, who would enter and leave a segment by it.

    Nothing is saved. With many customers the answer is an estimate from a sample, with its 95 % margin. Samples are shown to
    those who may read customers.
    """
    found = segments.preview(
        call.tenant, body.rule, now=call.now, compare_to=body.compare_to, sample=body.sample
    )
    if call.caller.may(Permission.CUSTOMERS_READ):
        return found
    return replace(found, sample=[], entering_sample=[], leaving_sample=[])


@routes.get("/segments/{segment_id}/explain", permission=Permission.CUSTOMERS_READ, answer=ExplainedView)
def explain_segment(call: Call, query: ExplainQuery) -> dict[str, Any]:
    """Explain why a customer is in a segment or not: every condition with the value seen.

    `stale` says that what is kept and what the rule says at this moment differ, which is made good by itself. With `at`: whether
    the customer was in it at that moment of the past, without reasons.
    """
    call.authorize(Permission.SEGMENTS_READ, own=False)
    segment_id = call.params["segment_id"]
    if query.at is not None:
        member = segments.was_member(call.tenant, segment_id, query.customer, query.at)
        return ExplainedView.past(segment_id, query.customer, member)
    return ExplainedView.present(segments.explain(call.tenant, segment_id, query.customer, now=call.now))
