"""Use cases of campaigns that are not under way: create, read, list, change, duplicate, archive, delete."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from regulars.campaigns.checking import check_references
from regulars.campaigns.model import ARCHIVABLE, CHANGEABLE, Campaign, Status, unchangeable
from regulars.campaigns.plan import CampaignChange, NewCampaign, Plan
from regulars.campaigns.scheduling import arm_start
from regulars.campaigns.store import (
    CampaignMovedError,
    create_campaign_item,
    delete_campaign_item,
    page_campaigns,
    read_campaign,
    save_campaign,
)
from regulars.campaigns.uses import note_uses
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, NotFoundError, StaleError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import natural_id, new_id
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_ATTEMPTS = 10
T = TypeVar("T")


def get_campaign(tenant: Tenant, campaign_id: str) -> Campaign:
    """A campaign as it is now. Raises NotFoundError."""
    found = read_campaign(tenant, campaign_id)
    if found is None:
        raise NotFoundError("there is no such campaign")
    return found


def list_campaigns(
    tenant: Tenant,
    *,
    status: Status | None = None,
    tag: str = "",
    text: str = "",
    archived: bool = False,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Campaign]:
    """Campaigns, newest first; `text` is a part of the name as it is written. A filtered page may be short and have a next."""
    return page_campaigns(
        tenant, status=status, tag=tag, text=text, archived=archived, limit=limit, cursor=cursor
    )


def create_campaign(
    tenant: Tenant, given: NewCampaign, *, now: datetime, by: str = "", once: Once | None = None
) -> Campaign:
    """A new draft, which may be incomplete. Raises InvalidError for what can never be right (a segment that is not there …)."""
    recall(tenant, once)
    return _create(tenant, given.name, given.plan(), now, by, once)


def duplicate_campaign(
    tenant: Tenant,
    campaign_id: str,
    *,
    now: datetime,
    name: str = "",
    by: str = "",
    once: Once | None = None,
) -> Campaign:
    """A draft with the plan of another campaign. Raises NotFoundError."""
    recall(tenant, once)
    source = get_campaign(tenant, campaign_id)
    return _create(tenant, name or f"{source.name[:190]} (copy)", source.plan, now, by, once)


def _create(tenant: Tenant, name: str, plan: Plan, now: datetime, by: str, once: Once | None) -> Campaign:
    check_references(tenant, plan)
    identifier = natural_id("cmp", now, tenant.id, once.caller, once.key) if once else new_id("cmp", now)
    campaign = Campaign(identifier, name, Status.DRAFT, plan, now, now, created_by=by, revision=1)
    tx = Transaction(tenant)
    tx.remember(once, campaign)
    create_campaign_item(tx, campaign)
    note_uses(tx, None, campaign)
    tx.commit()
    return campaign


def change_campaign(
    tenant: Tenant,
    campaign_id: str,
    change: CampaignChange,
    *,
    now: datetime,
    version: int | None = None,
) -> Campaign:
    """Change what `change` names. A scheduled one moves to its new moment; of one under way only the budget may change.

    Raises NotFoundError, StaleError (`version`), ConflictError once it has begun, InvalidError.
    """

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        if version not in {None, before.version}:
            raise StaleError
        costs_only = before.running and change.model_fields_set <= {"budget"}
        if (before.status not in CHANGEABLE and not costs_only) or before.archived:
            raise unchangeable(before.status)
        name = change.name if change.name is not None else before.name
        after = replace(before, name=name, plan=change.applied_to(before.plan))
        if after == before:
            return before
        if not costs_only:
            check_references(tenant, after.plan)
        after = replace(after, updated_at=now, version=before.version + 1)
        tx = Transaction(tenant)
        if after.status is Status.SCHEDULED:
            after = arm_start(tx, before, after, now)
        save_campaign(tx, after, before)
        note_uses(tx, before, after)
        tx.commit()
        return replace(after, revision=before.revision + 1)

    return by_the_latest(write)


def archive_campaign(tenant: Tenant, campaign_id: str, *, now: datetime, archived: bool = True) -> Campaign:
    """Put a campaign that is not under way out of sight, or back. Raises NotFoundError, ConflictError."""

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        if before.archived == archived:
            return before
        if archived and before.status not in ARCHIVABLE:
            told = before.status.value.replace("_", " ")
            raise ConflictError(f"this campaign is {told}; cancel it before you archive it")
        after = replace(before, archived=archived, updated_at=now, version=before.version + 1)
        tx = Transaction(tenant)
        save_campaign(tx, after, before)
        note_uses(tx, before, after)
        tx.commit()
        return replace(after, revision=before.revision + 1)

    return by_the_latest(write)


def delete_campaign(tenant: Tenant, campaign_id: str, *, version: int | None = None) -> None:
    """Remove a draft that never ran. Raises NotFoundError, StaleError, ConflictError for one that has a history."""

    def write() -> None:
        before = get_campaign(tenant, campaign_id)
        if version not in {None, before.version}:
            raise StaleError
        if before.status is not Status.DRAFT or before.runs:
            raise ConflictError("only a draft that has sent nothing can be deleted; archive it instead")
        tx = Transaction(tenant)
        delete_campaign_item(tx, before)
        note_uses(tx, before, None)
        tx.commit()

    by_the_latest(write)


def by_the_latest(write: Callable[[], T]) -> T:
    """Do something by the campaign as it is, again for as long as others are faster. Raises ConflictError in the end."""
    for attempt in range(_ATTEMPTS):
        try:
            return write()
        except CampaignMovedError:
            full_jitter(0.02, min(attempt, 5))
    raise ConflictError("others keep changing this campaign; try again")
