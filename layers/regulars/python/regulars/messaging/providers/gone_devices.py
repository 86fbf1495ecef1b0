"""Devices of which a provider says that they are no more are taken off their customer."""

from collections.abc import Sequence

from regulars.kernel.tenancy import tagged_tenant
from regulars.messaging.providers.port import Outcome, Outgoing, Rejected


def forget_gone(batch: Sequence[Outgoing], outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes as they are."""
    for one, outcome in zip(batch, outcomes, strict=True):
        tenant = tagged_tenant(one.tags.get("tenant", ""))
        if isinstance(outcome, Rejected) and outcome.gone and tenant is not None:
            from regulars.messaging.devices import forget_token

            forget_token(tenant, one.customer_id, one.to.partition(":")[2])
    return outcomes
