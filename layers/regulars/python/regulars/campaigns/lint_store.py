"""Which check of its templates was a campaign's last, in the table."""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class LintJob:
    template_id: str
    job_id: str


@dataclass(frozen=True, slots=True)
class KeptLint:
    """`told_of` is a digest of what was checked."""

    at: datetime
    told_of: str
    jobs: tuple[LintJob, ...]


class LintItem(Item):
    kind = UnicodeAttribute(default="campaign lint")
    at = TimeAttribute()
    told_of = UnicodeAttribute()
    jobs = JsonAttribute()


def _place(tenant: Tenant, campaign_id: str) -> tuple[str, str]:
    return tenant.partition("CMP", campaign_id), "LINT"


def keep_lint(tenant: Tenant, campaign_id: str, lint: KeptLint) -> None:
    """Remember a check in place of the one before; the later of two stays."""
    jobs = [[one.template_id, one.job_id] for one in lint.jobs]
    item = LintItem(*_place(tenant, campaign_id), at=lint.at, told_of=lint.told_of, jobs=jobs)
    tx = Transaction(tenant)
    tx.save(item)
    tx.commit()


def read_lint(tenant: Tenant, campaign_id: str) -> KeptLint | None:
    """1 request unit."""
    item = LintItem.read(*_place(tenant, campaign_id), consistent=True)
    if item is None:
        return None
    return KeptLint(item.at, item.told_of, tuple(LintJob(*one) for one in item.jobs))
