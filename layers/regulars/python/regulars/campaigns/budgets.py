"""Keeps campaigns within their budgets: before messages are claimed, a run that could exceed its own is paused.

Reading the sums for each batch would cost more than it saves. So a process that has looked may claim a share of what is left
before it looks again, a small one, so that many at once do not spend more than there is; close to the end each batch is looked
at. What other workers claim between a look and the claim that follows it may still go over: a batch a worker at the most.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from regulars.kernel.errors import ConflictError
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Choice, Message, messaging_settings

REACHED = "Its budget does not suffice for the next messages. Raise it, then resume."
_SHARE = 32
_LASTS_SECONDS = 10.0
_log = logger("campaigns.budgets")


@dataclass(slots=True)
class _Allowance:
    """What this process may claim until then, in millionths of the currency unit; None without a bound."""

    until: float
    left: int | None


_allowances: dict[tuple[str, str], _Allowance] = {}


def keep_within_budget(tenant: Tenant, message: Message, count: int, now: datetime) -> None:
    """Pause the campaign of a message when so many more of it could exceed the budget."""
    if not message.campaign_id:
        return
    cost = count * _price(tenant, message)
    key = (tenant.id, message.campaign_id)
    allowance = _allowances.get(key)
    if allowance is None or allowance.until <= time.monotonic() or _short(allowance.left, cost):
        # Plans of campaigns are loaded only by who sends one.
        from regulars.campaigns.spending import left_for

        left = left_for(tenant, message.campaign_id, message.dispatch_id)
        if _short(left, cost):
            _allowances.pop(key, None)
            _pause(tenant, message.campaign_id, now)
            return
        if len(_allowances) > 1000:
            _allowances.clear()
        share = None if left is None else cost + (left - cost) // _SHARE
        allowance = _allowances[key] = _Allowance(time.monotonic() + _LASTS_SECONDS, share)
    if allowance.left is not None:
        allowance.left -= cost


def forget_allowances() -> None:
    """Look again at the next use (tests)."""
    _allowances.clear()


def _short(left: int | None, cost: int) -> bool:
    return left is not None and cost > left


def _price(tenant: Tenant, message: Message) -> int:
    """What one customer costs at the most."""
    costs = messaging_settings(tenant).costs
    prices = [costs.get(one, 0) for one in message.channels]
    return sum(prices) if message.choice is Choice.ALL else max(prices, default=0)


def _pause(tenant: Tenant, campaign_id: str, now: datetime) -> None:
    # Only who has to pause needs what campaigns are moved by.
    from regulars.campaigns.lifecycle import pause_campaign

    # Another worker may have paused it at the same moment.
    with suppress(ConflictError):
        pause_campaign(tenant, campaign_id, now=now, reason="budget", note=REACHED)
        _log.info("a campaign is paused: its budget is reached", extra={"campaign": campaign_id})
