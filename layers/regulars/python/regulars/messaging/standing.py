"""Whether a shop's marketing goes on, as its people see it."""

from datetime import datetime

from regulars.kernel.tenancy import Tenant
from regulars.messaging.standing_store import Standing, standing_of
from regulars.platform import settings_of


def get_standing(tenant: Tenant, now: datetime) -> Standing:
    """How it stands, with the figures of the last 24 hours."""
    return standing_of(tenant, settings_of(tenant).time_zone, now)
