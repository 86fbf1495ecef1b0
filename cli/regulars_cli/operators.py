"""`regulars operators invite`: somebody who may administer tenants over the API, and nothing inside them."""

import argparse
from typing import Any


def add_to(subparsers: Any) -> None:
    actions = subparsers.add_parser("operators", help="invite operators").add_subparsers(
        required=True, metavar="ACTION"
    )
    invite = actions.add_parser("invite", help="open an account and put it into the group of operators")
    invite.add_argument("--email", required=True)
    invite.add_argument("--name", required=True)
    invite.add_argument("--temporary-password", help="chosen here instead of mailed")
    invite.set_defaults(run=run_invite)


def run_invite(arguments: argparse.Namespace) -> int:
    """Print the account's id in the user pool. An address with an account of a tenant is refused."""
    from regulars.platform.accounts import invite_operator

    print(invite_operator(arguments.email.strip().lower(), arguments.name, arguments.temporary_password))
    return 0
