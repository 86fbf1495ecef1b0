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
    rebuild.add_argument("--tenant", required=True, help="the tenant's id")
    rebuild.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how many events were counted."""
    from regulars.insights.rebuild import rebuild
    from regulars.platform import tenant_named

    def progress(customers: int, events: int) -> None:
        print(f"\r{customers} customers, {events} events", end="", file=sys.stderr, flush=True)

    events = rebuild(tenant_named(arguments.tenant), progress)
    print(f"\n{events} events counted")
    return 0
