"""What a worker does with a job of this capability: import, take back, export."""

from zoneinfo import ZoneInfo

from regulars.imports.exporting import run_export
from regulars.imports.loading import loader_of
from regulars.imports.model import EXPORT, IMPORT, ImportSpec
from regulars.imports.runner import run_import
from regulars.imports.undoing import run_undo
from regulars.kernel.jobs import State
from regulars.kernel.leases import Lease
from regulars.kernel.turns import Hands, Owner
from regulars.platform import settings_of


def _import(hands: Hands) -> bool:
    job = hands.lease.job
    if job.state is State.UNDOING:
        return run_undo(hands)
    settings = settings_of(hands.tenant)
    spec = ImportSpec.of(job.spec)
    loader = loader_of(hands.tenant, job, spec, settings, hands.now())
    return run_import(hands, spec, loader, ZoneInfo(settings.time_zone))


def _reached(lease: Lease) -> str:
    return f"after line {lease.job.checkpoint.get('line', 0)}"


OWNERS = {IMPORT: Owner(_import, reached=_reached), EXPORT: Owner(run_export, reached=_reached)}
