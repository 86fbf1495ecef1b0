"""What happened to loyalty programs. Their members' side is told by the events of points."""

from regulars.kernel.events import Event, Subject
from regulars.kernel.tenancy import Tenant


class _OfProgram(Event):
    program_id: str


class ProgramCreated(_OfProgram, name="loyalty_program.created"):
    pass


class ProgramUpdated(_OfProgram, name="loyalty_program.updated"):
    """`fields` are the names of what changed; a change of the status has an event of its own."""

    fields: list[str]


class ProgramActivated(_OfProgram, name="loyalty_program.activated"):
    """Orders earn from now on, for the first time or again."""


class ProgramPaused(_OfProgram, name="loyalty_program.paused"):
    pass


class ProgramEnded(_OfProgram, name="loyalty_program.ended"):
    """For good."""


class ProgramDeleted(_OfProgram, name="loyalty_program.deleted"):
    """A draft was removed."""


def about_program(tenant: Tenant, program_id: str) -> Subject:
    """Where a program's events lie."""
    return Subject(program_id, tenant.partition("LP", program_id))
