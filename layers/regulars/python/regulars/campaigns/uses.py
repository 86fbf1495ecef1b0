"""What campaigns use, so that it is not deleted under them: segments, of all that are not over or archived."""

from regulars.campaigns.model import OVER, Campaign
from regulars.kernel.transaction import Transaction
from regulars.segments import drop_use, note_use

_KIND = "campaign"


def _used(campaign: Campaign | None) -> frozenset[str]:
    if campaign is None or campaign.archived or campaign.status in OVER:
        return frozenset()
    return frozenset(campaign.plan.audience.segments)


def note_uses(tx: Transaction, before: Campaign | None, after: Campaign | None) -> None:
    """Add to `tx` which segments are used now and which no longer."""
    held, wanted = _used(before), _used(after)
    named = after.name if after else ""
    renamed = before is not None and before.name != named
    for segment_id in sorted(wanted if renamed else wanted - held):
        assert after is not None
        note_use(tx, segment_id, _KIND, after.id, named)
    for segment_id in sorted(held - wanted):
        assert before is not None
        drop_use(tx, segment_id, _KIND, before.id)
