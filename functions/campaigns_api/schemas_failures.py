"""What the operations on failed batches take and answer with."""

from datetime import datetime

from pydantic import Field

from regulars.kernel.http.models import Code, Input, View


class FailureView(View):
    """A batch that was tried for the last time `at`."""

    id: str
    phase: str
    variant: str
    customers: list[str] = Field(description="Ids of whom it was for; some of them may have got it")
    reason: str
    at: datetime


class FailuresView(View):
    items: list[FailureView]


class RetryBody(Input):
    """Which to try again; all of the run unless some are named."""

    batches: list[Code] | None = Field(None, min_length=1, max_length=200)
    run: int = Field(0, ge=0, le=100_000, description="The number of a run; the newest unless given")


class RetriedView(View):
    batches: int = Field(description="How many are tried again")
