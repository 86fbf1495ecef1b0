"""The batches of a campaign that failed every time, with whom they were for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.campaign_people import variant_text
from console.campaign_texts import sentence
from console.people import PATH as CUSTOMERS
from console.people import known_among, name_of
from console.web import Request
from regulars import campaigns
from regulars.campaigns import Campaign, CampaignFailure
from regulars.campaigns.metrics import Metrics
from regulars.customers import Facts

# Of so many the names are read; the others show by their ids.
_NAMED = 100


@dataclass(frozen=True)
class Failure:
    """A batch as the tab shows it; `people` are pairs of name and address."""

    id: str
    at: datetime
    reason: str
    variant: str
    people: list[tuple[str, str]]


def failures_values(request: Request, found: Campaign, metrics: Metrics) -> dict[str, Any]:
    """What the tab shows."""
    failed = campaigns.campaign_failures(request.tenant, found.id, run=metrics.run)
    ids = [customer for one in failed for customer in one.customers]
    known = known_among(request.tenant, ids[:_NAMED])
    return {"failures": [_failure(one, known) for one in failed], "run_number": metrics.run}


def _failure(one: CampaignFailure, known: dict[str, Facts]) -> Failure:
    people = [
        (name_of(known[customer]) if customer in known else customer, f"{CUSTOMERS}/{customer}")
        for customer in one.customers
    ]
    return Failure(one.id, one.at, sentence(one.reason), variant_text(one.variant), people)
