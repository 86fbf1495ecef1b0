"""`regulars tenants create|list`: what an operator does before anybody can sign in."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.platform import TenantSettings


def add_to(subparsers: Any) -> None:
    actions = subparsers.add_parser("tenants", help="create and list tenants").add_subparsers(
        required=True, metavar="ACTION"
    )
    create = actions.add_parser("create", help="create a tenant and invite its first owner")
    for name, how in _CREATE.items():
        create.add_argument(f"--{name}", **how)
    create.set_defaults(run=run_create)
    actions.add_parser("list", help="all tenants, the newest first").set_defaults(run=run_list)


_CREATE: dict[str, dict[str, Any]] = {
    "name": {"required": True},
    "zone": {"required": True, "help": "IANA time zone, such as Europe/Warsaw"},
    "currency": {"required": True, "help": "ISO 4217 code, such as EUR"},
    "languages": {"default": "en", "help": "BCP 47 tags with commas between; the first is the default"},
    "sender-name": {"help": "who messages come from; the tenant's name unless given"},
    "sender-email": {"required": True},
    "owner-email": {"required": True},
    "owner-name": {"required": True},
    "temporary-password": {"help": "for the owner, who is then not mailed one"},
}


def run_create(arguments: argparse.Namespace) -> int:
    """Print the new tenant's id."""
    from regulars import platform
    from regulars.kernel.clock import clock
    from regulars_cli.inputs import accepted

    given = {
        "name": arguments.name,
        "time_zone": arguments.zone,
        "currency": arguments.currency,
        "languages": [tag.strip() for tag in arguments.languages.split(",")],
        "sender": {"name": arguments.sender_name or arguments.name, "email": arguments.sender_email},
        "owner": {"name": arguments.owner_name, "email": arguments.owner_email},
    }
    new = accepted(platform.NewTenant, given)
    made = platform.create_tenant(
        new, by="operator:cli", now=clock().now(), temporary_password=arguments.temporary_password
    )
    print(made.id)
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Print a line a tenant: id, status, zone, currency, name."""
    for tenant in all_tenants():
        print(tenant.id, tenant.status, tenant.time_zone, tenant.currency, tenant.name, sep="\t")
    return 0


def all_tenants() -> Iterator["TenantSettings"]:
    """The newest first."""
    from regulars import platform

    cursor: str | None = None
    while True:
        page = platform.list_tenants(limit=100, cursor=cursor)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next
