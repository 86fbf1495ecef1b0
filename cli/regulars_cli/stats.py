"""`regulars stats rebuild`: works a tenant's statistics out anew from the events in the table."""

import argparse
import sys
from collections.abc import Iterator
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

    def progress(customers: int, events: int) -> None:
        print(f"\r{customers} customers, {events} events", end="", file=sys.stderr, flush=True)

    for tenant_id in [arguments.tenant] if arguments.tenant else _all_tenants():
        events = rebuild(tenant_named(tenant_id), progress)
        print(f"\r{tenant_id}: {events} events counted")
    return 0


def _all_tenants() -> Iterator[str]:
    from regulars import platform

    cursor: str | None = None
    while True:
        page = platform.list_tenants(limit=100, cursor=cursor)
        yield from (tenant.id for tenant in page.items)
        if page.next is None:
            return
        cursor = page.next
