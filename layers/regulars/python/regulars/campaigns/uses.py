"""What campaigns use, so that it is not deleted under them: segments, of all that are not over or archived."""

from regulars.campaigns.model import OVER, Campaign
from regulars.kernel.transaction import Transaction
from regulars.segments import Use, keep_uses

_KIND = "campaign"


def _used(campaign: Campaign | None) -> frozenset[str]:
    if campaign is None or campaign.archived or campaign.status in OVER:
        return frozenset()
    return frozenset(campaign.plan.audience.segments)


def note_uses(tx: Transaction, before: Campaign | None, after: Campaign | None) -> None:
    """Add to `tx` which segments are used now and which no longer."""
    one = after or before
    assert one is not None
    renamed = before is not None and before.name != one.name
    keep_uses(tx, Use(_KIND, one.id, one.name), before=_used(before), after=_used(after), renamed=renamed)
