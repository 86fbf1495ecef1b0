"""What a deleted segment leaves behind is removed by a job: members, past spells, sums, failures. Customers' states forget it
when they are next evaluated."""

from regulars.kernel.jobs import State
from regulars.kernel.leases import Lease
from regulars.kernel.turns import Hands, Owner
from regulars.segments.clearing_store import clear_some, places_of

CLEAR = "segments.clear"


def _clear(hands: Hands) -> bool:
    """Partition by partition: each is empty before the next one's turn, so that a job resumed begins where it stopped."""
    segment_id: str = hands.lease.job.spec["segment"]
    places = places_of(hands.tenant, segment_id)
    counts = hands.lease.counts
    for number in range(hands.lease.place.get("cleared", 0), len(places)):
        while removed := clear_some(places[number]):
            counts["removed"] = counts.get("removed", 0) + removed
            if hands.lease.stopping:
                hands.lease.finish(hands.now(), State.CANCELLED)
                return True
            if hands.in_haste:
                hands.lease.let_go()
                return False
        hands.lease.checkpoint(
            hands.now(), counts=counts, checkpoint={"cleared": number + 1}, done=(number + 1) / len(places)
        )
    hands.lease.finish(hands.now(), State.SUCCEEDED, counts=counts)
    return True


def _reached(lease: Lease) -> str:
    return f"after {lease.place.get('cleared', 0)} of its partitions"


CLEARING = Owner(_clear, reached=_reached)
