"""Workers of this process for the jobs of segments."""

from datetime import datetime

from regulars.kernel.jobs import ACTIVE, Job, list_jobs
from regulars.kernel.tenancy import Tenant


def run_jobs(tenant: Tenant, now: datetime) -> list[Job]:
    """Carry on every job of the tenant until none has anything to do."""
    raise NotImplementedError
