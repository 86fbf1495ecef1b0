"""What a template shows to some only: by segment, and by rules of its own."""

from datetime import datetime
from typing import Any

from regulars.customers import Facts
from regulars.kernel.tenancy import Tenant
from regulars.messaging.templates import CompiledContent


def seen_by(tenant: Tenant, facts: Facts, content: CompiledContent, now: datetime) -> dict[str, Any]:
    """For the context's `message`: of the segments and conditions that the content asks for, those that hold for the customer.
    About 2 request units for segments, and what the rules read."""
    from regulars.segments import Matching, customer_segments

    segments: list[str] = []
    if content.needs_segments:
        mine = {one.segment.id for one in customer_segments(tenant, facts.customer_id)}
        segments = sorted(mine & content.needs_segments)
    shown = [
        name
        for name, rule in content.needs_shown.items()
        if Matching.of(tenant, dict(rule), (), now).matching([facts])
    ]
    return {"segments": segments, "shown": sorted(shown)}
