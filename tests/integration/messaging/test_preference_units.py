"""What preferences cost of the table, as docs/access-patterns.md says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from regulars.customers import Profile, create
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.preferences.service import get, ledger, withdraw
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import lift, list_suppressions, suppress, suppressed
from tests.metering import metered

EMAIL, ADDRESS, STRANGER = Channel.EMAIL, "ada@shop.example", "bob@shop.example"
PROOF = {"page": "unsubscribe_page", "text": "unsubscribe_page/2026-11/en", "ip_hash": "A" * 16}
BOUNCED = SuppressionReason.HARD_BOUNCE
Deed = Callable[[Tenant, str, datetime], Any]


@pytest.mark.parametrize(
    ("first", "deed", "units"),
    [
        ([], lambda shop, ada, now: withdraw(shop, ada, EMAIL, "one_click", now, proof=PROOF), 7),
        (["withdraw"], lambda shop, ada, now: withdraw(shop, ada, EMAIL, "one_click", now), 1),
        ([], lambda shop, ada, now: get(shop, ada), 1),
        (["withdraw"], lambda shop, ada, now: ledger(shop, ada), 0.5),
        ([], lambda shop, ada, now: suppressed(shop, [(EMAIL, ADDRESS), (EMAIL, STRANGER)]), 2),
        ([], lambda shop, ada, now: suppress(shop, EMAIL, STRANGER, BOUNCED, now), 6),
        ([], lambda shop, ada, now: suppress(shop, EMAIL, ADDRESS, BOUNCED, now), 13),
        (["suppress"], lambda shop, ada, now: suppress(shop, EMAIL, ADDRESS, BOUNCED, now), 1),
        (["suppress"], lambda shop, ada, now: list_suppressions(shop), 0.5),
        (["suppress"], lambda shop, ada, now: lift(shop, EMAIL, ADDRESS, now), 13),
    ],
)
def test_units(tenant: Tenant, now: datetime, table: str, first: list[str], deed: Deed, units: float) -> None:
    ada = create(tenant, Profile(email=ADDRESS), now=now).id
    if "withdraw" in first:
        withdraw(tenant, ada, EMAIL, "one_click", now, proof=PROOF)
    if "suppress" in first:
        suppress(tenant, EMAIL, ADDRESS, BOUNCED, now)
    with metered() as meter:
        deed(tenant, ada, now)
    assert meter.units == units
