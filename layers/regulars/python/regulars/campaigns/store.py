"""Campaigns in the table: one item with plan and run, beside it one for each run that has begun."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from regulars.campaigns.model import Branch, Campaign, Phase, Run, Status
from regulars.campaigns.plan import Plan
from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_HEAD, _RUN = "CAMPAIGN", "RUN#"


class CampaignMovedError(ConflictError):
    """Somebody else wrote the campaign at the same moment: read it again and repeat."""


class CampaignItem(Item):
    """`tags` are `#a#b#`, for filters; `g2pk` is there while a moment lies ahead."""

    kind = UnicodeAttribute(default="campaign")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    plan = JsonAttribute()
    run = JsonAttribute(null=True)
    runs = NumberAttribute(default=0)
    archived = BooleanAttribute(default=False)
    tags = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    updated_at = TimeAttribute()
    due_at = TimeAttribute(null=True)
    nominal_at = TimeAttribute(null=True)
    started_at = TimeAttribute(null=True)
    ended_at = TimeAttribute(null=True)
    version = NumberAttribute(default=1)
    revision = NumberAttribute(default=1)

    @classmethod
    def of(cls, tenant: Tenant, campaign: Campaign) -> Self:
        given = {name: getattr(campaign, name) for name in _PLAIN}
        item = cls(
            *place_of(tenant, campaign.id),
            status=campaign.status.value,
            plan=campaign.plan.model_dump(mode="json", exclude_defaults=True),
            run=packed_run(campaign.run) if campaign.run else None,
            tags="#" + "#".join(campaign.plan.tags) + "#" if campaign.plan.tags else None,
            g1pk=list_partition(tenant),
            g1sk=f"{iso(campaign.created_at)}#{campaign.id}",
            **{name: value for name, value in given.items() if value not in ("", None)},
        )
        if campaign.due_at is not None:
            item.g2pk, item.g2sk = due_partition(tenant), f"{iso(campaign.due_at)}#{campaign.id}"
        return item

    def campaign(self) -> Campaign:
        given = {name: getattr(self, name) for name in _PLAIN}
        given |= {name: int(given[name]) for name in ("runs", "version", "revision")}
        given |= {name: given[name] or "" for name in ("created_by", "note")}
        run = unpacked_run(self.run) if self.run else None
        return Campaign(status=Status(self.status), plan=Plan.model_validate(self.plan), run=run, **given)


class RunItem(Item):
    """A run as it went, for metrics and the calendar; `name` is the campaign's."""

    kind = UnicodeAttribute(default="campaign run")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    data = JsonAttribute()


_PLAIN = tuple(one.name for one in fields(Campaign) if one.name not in {"status", "plan", "run"})
_MOMENTS = frozenset({"at", "due_at", "phase_at", "planning", "later_at", "seen_at", "ended_at"})


def place_of(tenant: Tenant, campaign_id: str) -> tuple[str, str]:
    return tenant.partition("CMP", campaign_id), _HEAD


def list_partition(tenant: Tenant) -> str:
    """Of `by_list`: all campaigns by the moment of their creation."""
    return tenant.partition("L", "campaign")


def due_partition(tenant: Tenant) -> str:
    """Of `by_sort`: campaigns by the moment at which they begin next."""
    return tenant.partition("L", "campaign", "due")


def ran_partition(tenant: Tenant) -> str:
    """Of `by_sort`: runs by the moment at which they began."""
    return tenant.partition("L", "campaign", "ran")


def packed_run(run: Run) -> dict[str, Any]:
    """The run as JSON, without what is empty."""
    given = {one.name: getattr(run, one.name) for one in fields(Run)}
    given["phase"] = run.phase.value
    given["branches"] = [[one.id, one.phase.value, one.variant, one.planned] for one in run.branches]
    given["passes"] = [iso(one) for one in run.passes]
    given |= {name: iso(given[name]) for name in _MOMENTS if given[name] is not None}
    return {name: value for name, value in given.items() if value}


def unpacked_run(data: Mapping[str, Any]) -> Run:
    """The run of its JSON."""
    given = dict(data)
    given |= {name: datetime.fromisoformat(given[name]) for name in _MOMENTS & given.keys()}
    given["phase"] = Phase(given["phase"])
    given["passes"] = tuple(datetime.fromisoformat(one) for one in given.get("passes", ()))
    given["branches"] = tuple(
        Branch(id, Phase(phase), variant, planned)
        for id, phase, variant, planned in given.get("branches", ())
    )
    return Run(**given)


def read_campaign(tenant: Tenant, campaign_id: str) -> Campaign | None:
    """A campaign as it is now. 1 request unit per 4 KB."""
    item = CampaignItem.read(*place_of(tenant, campaign_id), consistent=True)
    return item.campaign() if item else None


def create_campaign_item(tx: Transaction, campaign: Campaign) -> None:
    """Add to `tx` a campaign that is not there yet."""
    tx.create(CampaignItem.of(tx.tenant, replace(campaign, revision=1)))


def save_campaign(tx: Transaction, after: Campaign, before: Campaign) -> None:
    """Add to `tx` the campaign that was read as `before`, with its run; the commit raises CampaignMovedError when it moved."""
    item = CampaignItem.of(tx.tenant, replace(after, revision=before.revision + 1))
    tx.save(item, CampaignItem.revision == before.revision, CampaignMovedError())
    if after.run is not None:
        tx.save(_run_item(tx.tenant, after, after.run))


def _run_item(tenant: Tenant, campaign: Campaign, run: Run) -> RunItem:
    item = RunItem(
        place_of(tenant, campaign.id)[0],
        f"{_RUN}{run.number:04d}",
        id=campaign.id,
        name=campaign.name,
        status=campaign.status.value if run.ended_at is None else Status.COMPLETED.value,
        data=packed_run(run),
    )
    if campaign.status is Status.CANCELLED:
        item.status = Status.CANCELLED.value
    item.g2pk, item.g2sk = ran_partition(tenant), f"{iso(run.at)}#{campaign.id}#{run.number:04d}"
    return item


def delete_campaign_item(tx: Transaction, before: Campaign) -> None:
    """Add to `tx` the removal of a campaign that was read."""
    item = CampaignItem(*place_of(tx.tenant, before.id))
    tx.delete(item, CampaignItem.revision == before.revision, CampaignMovedError())


def runs_of(tenant: Tenant, campaign_id: str) -> list[Run]:
    """All runs that have begun, the oldest first. 0.5 request units per 4 KB."""
    pk = place_of(tenant, campaign_id)[0]
    return [unpacked_run(item.data) for item in RunItem.each(pk, RunItem.sk.startswith(_RUN))]


def page_campaigns(
    tenant: Tenant,
    *,
    status: Status | None,
    tag: str,
    text: str,
    archived: bool,
    limit: int,
    cursor: str | None,
) -> Page[Campaign]:
    """Newest first; filters are applied to what is read."""
    only: Condition = CampaignItem.archived == archived
    if status is not None:
        only &= CampaignItem.status == status.value
    if tag:
        only &= CampaignItem.tags.contains(f"#{tag}#")
    if text:
        only &= CampaignItem.name.contains(text)
    found = CampaignItem.page(
        list_partition(tenant),
        index="by_list",
        newest_first=True,
        limit=limit,
        after=decode_cursor(tenant, cursor),
        only=only,
    )
    return page_of(found, CampaignItem.campaign)


def due_before(tenant: Tenant, end: datetime) -> Iterator[Campaign]:
    """Campaigns that begin by themselves before a moment, the earliest first."""
    found = CampaignItem.page(
        due_partition(tenant), CampaignItem.g2sk < iso(end), index="by_sort", limit=1000
    )
    return (item.campaign() for item in found.items)


def ran_between(tenant: Tenant, start: datetime, end: datetime) -> list[tuple[str, str, Status, Run]]:
    """Runs that began in a span: campaign's id and name, status, run."""
    within = RunItem.g2sk.between(iso(start), iso(end))
    found = RunItem.page(ran_partition(tenant), within, index="by_sort", limit=1000)
    return [(item.id, item.name, Status(item.status), unpacked_run(item.data)) for item in found.items]
