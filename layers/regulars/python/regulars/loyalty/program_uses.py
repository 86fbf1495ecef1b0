"""What programs use, so that it is not deleted under them: segments, by the rules of programs that have not ended."""

from regulars.kernel.errors import Fault, InvalidError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.loyalty.programs import MAX_SEGMENTS, Program, ProgramStatus
from regulars.segments import Use, check_matching, keep_uses, segment_conditions

_KIND = "loyalty program"


def check_segment_rules(tenant: Tenant, program: Program) -> None:
    """Raises InvalidError, pointing at each fault, for a segment rule that cannot be read, or names what is not there."""
    faults: list[Fault] = []
    for place, rule in enumerate(program.rules):
        if rule.when.segment is None:
            continue
        try:
            check_matching(tenant, rule.when.segment, at=f"/rules/{place}/when/segment")
        except InvalidError as error:
            faults += error.faults
    if not faults and len(_used(program)) > MAX_SEGMENTS:
        faults.append(Fault("/rules", f"refer to more than {MAX_SEGMENTS} segments"))
    if faults:
        raise InvalidError(faults[0].detail, faults)


def note_uses(tx: Transaction, before: Program | None, after: Program | None) -> None:
    """Add to `tx` which segments are used now and which no longer."""
    one = after or before
    assert one is not None
    renamed = before is not None and before.name != one.name
    keep_uses(tx, Use(_KIND, one.id, one.name), before=_used(before), after=_used(after), renamed=renamed)


def _used(program: Program | None) -> frozenset[str]:
    if program is None or program.status is ProgramStatus.ENDED:
        return frozenset()
    named = (segment_conditions(rule.when.segment) for rule in program.rules)
    return frozenset(segment_id for conditions in named for _, segment_id in conditions)
