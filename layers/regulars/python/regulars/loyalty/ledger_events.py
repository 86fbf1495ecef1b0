"""What happens to a member's points. Subject: the customer, in whose timeline they lie.

Each carries the balances after its movement and the movement's `number`: of several events of a program the one with the
highest number tells how things stand, in whatever order they come.
"""

from regulars.kernel.events import Event


class PointsMoved(Event):
    """What all of them tell. `points` is by how much the movement changed what the member has, pending points included and a
    debt deducted; `balance` what can be spent then. `about` is what it was for, such as an order's id."""

    program_id: str
    number: int
    key: str
    points: int
    balance: int
    pending: int
    debt: int
    about: str | None = None
    reason: str | None = None


class PointsEarned(PointsMoved, name="points.earned"):
    """Points came in; as long as they are pending, the balance is as before."""


class PointsConfirmed(PointsMoved, name="points.confirmed"):
    """Pending points became available."""


class PointsRedeemed(PointsMoved, name="points.redeemed"):
    """Points were spent."""


class PointsExpired(PointsMoved, name="points.expired"):
    """Points reached the end of their time."""


class PointsReversed(PointsMoved, name="points.reversed"):
    """Points were taken back after a refund, or given back after a redemption was cancelled; `reverses` is the key of the
    movement that was undone."""

    reverses: str


class PointsAdjusted(PointsMoved, name="points.adjusted"):
    """Staff added or took points."""


class PointsTransferred(PointsMoved, name="points.transferred"):
    """Points went to another customer, or came from one."""
