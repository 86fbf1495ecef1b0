"""A tenant for benches."""

from datetime import datetime

from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform.model import NewTenant
from regulars.platform.store import TenantItem


def open_shop(now: datetime) -> Tenant:
    """A new tenant: London, pounds, English."""
    tenant = Tenant(new_id("ten", now))
    new = NewTenant.model_validate(
        {
            "name": "Bench",
            "time_zone": "Europe/London",
            "currency": "GBP",
            "sender": {"name": "Bench", "email": "shop@bench.example"},
            "owner": {"name": "Owner", "email": "owner@bench.example"},
        }
    )
    transaction = Transaction(tenant)
    transaction.create(TenantItem.of(new.settings(tenant.id, now), None))
    transaction.commit()
    return tenant
