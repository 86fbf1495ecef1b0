"""`regulars stats rebuild`: works a tenant's statistics out anew from the events in the table."""

import argparse
import sys
from typing import Any


def add_to(subparsers: Any) -> None:
    actions = subparsers.add_parser("stats", help="rebuild live statistics").add_subparsers(
        required=True, metavar="ACTION"
    )
    rebuild = actions.add_parser(
        "rebuild", help="count all events anew; the present figures are shown until it is done"
    )
    rebuild.add_argument("--tenant", help="the tenant's id; all tenants unless given")
    rebuild.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line a tenant: id and how many events were counted."""
    from regulars.insights.rebuild import rebuild
    from regulars.platform import tenant_named
    from regulars_cli.tenants import all_tenants

    def progress(customers: int, events: int) -> None:
        print(f"\r{customers} customers, {events} events", end="", file=sys.stderr, flush=True)

    for tenant_id in [arguments.tenant] if arguments.tenant else (one.id for one in all_tenants()):
        events = rebuild(tenant_named(tenant_id), progress)
        print(f"\r{tenant_id}: {events} events counted")
    return 0
