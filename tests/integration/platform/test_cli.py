"""The `regulars` command against the engine."""

from collections.abc import Callable

import pytest

from regulars import platform
from regulars.platform.accounts import find_account
from regulars_cli.main import main
from tests.integration.platform.people import TEMPORARY, signed_in

Address = Callable[[], str]


def create(address: str, *more: str, zone: str = "Europe/Warsaw") -> int:
    where = ["--zone", zone, "--currency", "PLN", "--languages", "pl, en"]
    who = ["--sender-email", "hello@shop.example", "--owner-email", address, "--owner-name", "Ola"]
    return main(["tenants", "create", "--name", "Shop", *where, *who, *more])


def test_an_operator_makes_a_tenant_and_its_people(
    table: str, address: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, agent = address(), address()
    assert create(owner, "--temporary-password", TEMPORARY) == 0
    tenant_id = capsys.readouterr().out.strip()
    assert signed_in(owner)

    invite = ["staff", "invite", "--tenant", tenant_id, "--email", agent, "--name", "Jan", "--role", "agent"]
    assert main(invite) == 0
    tenant = platform.tenant_named(tenant_id)
    assert {member.email for member in platform.list_staff(tenant).items} == {owner, agent}

    capsys.readouterr()
    assert main(["tenants", "list"]) == 0
    assert tenant_id in capsys.readouterr().out


def test_a_refusal_is_a_line_and_an_exit_code(
    table: str, address: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create(address(), zone="Mars/Base") == 1
    assert "/time_zone" in capsys.readouterr().err
    nobody = [
        "staff",
        "invite",
        "--tenant",
        "ten_x",
        "--email",
        address(),
        "--name",
        "Jan",
        "--role",
        "agent",
    ]
    assert main(nobody) == 1
    assert main([*nobody[:-1], "king"]) == 1


def test_an_operator_is_invited_once_and_is_no_tenants(table: str, address: Address) -> None:
    email = address()
    invite = ["operators", "invite", "--email", email, "--name", "Op"]
    assert main(invite) == 0
    assert main(invite) == 0
    assert find_account(email).tenant == ""


def test_a_member_of_a_tenant_becomes_no_operator(table: str, address: Address) -> None:
    email = address()
    assert create(email) == 0
    assert main(["operators", "invite", "--email", email, "--name", "Op"]) == 1


@pytest.mark.parametrize("arguments", [[], ["tenants"], ["tenants", "drop"]])
def test_what_is_no_command_is_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
