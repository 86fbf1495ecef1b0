"""What `keep_facts` does with a tenant's events."""

from regulars import behaviour
from regulars.insights.facts import keep_facts
from regulars.kernel.events import Envelope


def keep(envelopes: list[Envelope]) -> None:
    """Count the events of one tenant on its customers' facts.

    What somebody did before it was known who they are follows them, and is counted when it comes by again as theirs.
    """
    keep_facts(envelopes[0].owner(), envelopes)
    for envelope in envelopes:
        if envelope.name == "customer.identified":
            behaviour.stitch(envelope)
