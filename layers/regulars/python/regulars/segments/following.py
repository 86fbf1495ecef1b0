"""What a tenant's own affairs ask of its segments."""

from datetime import datetime

from regulars.kernel.backoff import full_jitter
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform import get_tenant
from regulars.segments.bulk import start_evaluation
from regulars.segments.prebuilt import ensure_prebuilt
from regulars.segments.store import CatalogueMovedError, move_catalogue, read_all

_ATTEMPTS = 8


def follow_tenant(envelope: Envelope, *, now: datetime) -> None:
    """A new tenant gets the prebuilt segments; one that moves to another time zone has all its segments judged by it."""
    tenant = envelope.owner()
    if envelope.name == "tenant.created":
        ensure_prebuilt(tenant, now=now)
    elif envelope.name == "tenant.updated" and "time_zone" in envelope.data.get("fields", ()):
        _change_zone(tenant, now)


def _change_zone(tenant: Tenant, now: datetime) -> None:
    for attempt in range(_ATTEMPTS):
        stored = read_all(tenant)
        if stored is None:
            return
        zone = get_tenant(tenant).time_zone
        tx = Transaction(tenant)
        move_catalogue(tx, stored.revision, zone)
        try:
            tx.commit()
        except CatalogueMovedError:
            full_jitter(0.02, attempt)
            continue
        # Also when the zone was in force already: the run may be what an earlier try of ours did not come to.
        start_evaluation(tenant, None, now=now, name=f"All segments, in {zone}")
        return
    raise CatalogueMovedError
