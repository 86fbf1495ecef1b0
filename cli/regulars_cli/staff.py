"""`regulars staff invite`: somebody who may sign in to a tenant."""

import argparse
from typing import Any


def add_to(subparsers: Any) -> None:
    actions = subparsers.add_parser("staff", help="invite staff").add_subparsers(
        required=True, metavar="ACTION"
    )
    invite = actions.add_parser("invite", help="open an account and mail a temporary password")
    invite.add_argument("--tenant", required=True, help="its id, ten_…")
    invite.add_argument("--email", required=True)
    invite.add_argument("--name", required=True)
    invite.add_argument("--role", required=True, help="owner, admin, marketer, agent, analyst or viewer")
    invite.add_argument("--temporary-password", help="chosen here instead of mailed")
    invite.set_defaults(run=run_invite)


def run_invite(arguments: argparse.Namespace) -> int:
    """Print the new member's id."""
    from pydantic import BaseModel

    from regulars import platform
    from regulars.kernel.clock import clock
    from regulars.platform.model import Email, Name, StaffRole
    from regulars_cli.inputs import accepted

    class Invitation(BaseModel):
        email: Email
        name: Name
        role: StaffRole

    given = accepted(Invitation, {"email": arguments.email, "name": arguments.name, "role": arguments.role})
    tenant = platform.tenant_named(arguments.tenant)
    platform.get_tenant(tenant)
    member = platform.invite_staff(
        tenant,
        platform.Newcomer(given.email, given.name, given.role, "operator:cli"),
        now=clock().now(),
        temporary_password=arguments.temporary_password,
    )
    print(member.id)
    return 0
