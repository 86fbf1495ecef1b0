"""What `keep_facts` does with a tenant's events."""

from regulars.insights.facts import keep_facts
from regulars.kernel.events import Envelope


def keep(envelopes: list[Envelope]) -> None:
    """Count the events of one tenant on its customers' facts."""
    keep_facts(envelopes[0].owner(), envelopes)
