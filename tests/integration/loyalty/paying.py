"""Orders of a shop with a loyalty program, and their events on the way to the worker."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from award_points.handler import handler
from infra.functions import FUNCTIONS, Events
from regulars import loyalty
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Membership, NewProgram, PointsConfig, Program, ProgramChange, ProgramStatus
from tests.integration.pipeline.shop import events_of, queue_batch

[_TRIGGER] = [one.trigger for one in FUNCTIONS if one.name == "award_points"]


def running(tenant: Tenant, now: datetime, points: dict[str, Any] | None = None, **more: Any) -> Program:
    """An active program, of a point for each pound unless said otherwise."""
    config = PointsConfig.model_validate(points or {})
    made = loyalty.create_program(tenant, NewProgram(name="Club", points=config, **more), now=now)
    return moved(made, tenant, ProgramStatus.ACTIVE, now)


def moved(program: Program, tenant: Tenant, status: ProgramStatus, now: datetime) -> Program:
    return loyalty.change_program(tenant, program.id, ProgramChange(status=status), now=now)


def on_the_bus(tenant: Tenant, *customer_ids: str) -> list[Envelope]:
    """The events that the bus's rule lets through to the worker."""
    assert isinstance(_TRIGGER, Events)
    assert _TRIGGER.names
    assert _TRIGGER.live_only
    told = events_of(tenant, customer_ids)
    return [one for one in told if one.name in _TRIGGER.names and not one.history]


def handled(envelopes: Sequence[Envelope]) -> None:
    assert handler(queue_batch(envelopes), None) == {"batchItemFailures": []}


def held(of: Membership) -> tuple[int, int, int]:
    """Pending, available, debt."""
    member = loyalty.member_of(of)
    return member.pending, member.available, member.debt
