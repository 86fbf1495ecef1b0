"""What `keep_facts` does with a tenant's events."""

from datetime import datetime

from regulars import behaviour, segments
from regulars.insights.facts import keep_facts
from regulars.kernel.events import Envelope


def keep(envelopes: list[Envelope], now: datetime) -> None:
    """Count the events of one tenant on its customers' facts, then judge their segments, which ask the facts
    (docs/adr/0012).

    What somebody did before it was known who they are follows them, and is counted when it comes by again as theirs.
    """
    tenant = envelopes[0].owner()
    keep_facts(tenant, envelopes)
    segments.evaluate_events(tenant, envelopes, now)
    for envelope in envelopes:
        if envelope.name == "customer.identified":
            behaviour.stitch(envelope)
        elif envelope.name.startswith("tenant."):
            segments.follow_tenant(envelope, now=now)
