"""`regulars loyalty verify`: proves tenants' points ledgers from their movements."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.loyalty import Verification


def add_to(subparsers: Any) -> None:
    actions = subparsers.add_parser("loyalty", help="prove the points ledger").add_subparsers(
        required=True, metavar="ACTION"
    )
    verify = actions.add_parser(
        "verify", help="replay every member; exit code 1 if a balance is not what the movements give"
    )
    verify.add_argument("--tenant", help="the tenant's id; all tenants unless given")
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line a tenant, and one for each violation."""
    from regulars.loyalty import verify
    from regulars.platform import tenant_named
    from regulars_cli.tenants import all_tenants

    wrong = 0
    for tenant_id in [arguments.tenant] if arguments.tenant else (one.id for one in all_tenants()):
        found = verify(tenant_named(tenant_id))
        print(f"{tenant_id}: {_summary(found)}")
        for violation in found.violations:
            print(f"  {violation}")
        wrong += len(found.violations)
    return 1 if wrong else 0


def _summary(found: "Verification") -> str:
    sums = ", ".join(f"{account} {found.sums[account]}" for account in sorted(found.sums))
    counts = f"{found.members} members, {found.movements} movements, liability {found.liability} points"
    return f"{counts} ({sums or 'no entries'}), {len(found.violations)} violations"
