"""The `regulars` command. Settings come from the environment, as those of the functions do (`regulars --help` names them)."""

import argparse
import importlib
import sys
from collections.abc import Sequence

# Each module has `add_to(subparsers)`, whose parsers set `run`: a function of the arguments that returns the exit code.
# What a module needs of Regulars it imports inside `run`, so that `--help` works without settings.
MODULES = ("tenants", "staff", "operators", "redrive", "stats", "loyalty", "generate")

_SETTINGS = """
settings, from the environment:
  STAGE, TABLE_NAME                      always
  EVENT_BUS_NAME                         redrive, of what the publisher gave up
  USER_POOL_ID, USER_POOL_CLIENT_ID      tenants create, staff, operators
  AWS_ENDPOINT_URL                       the embedded engine instead of AWS
The stacks' outputs name them for a deployed stage.
"""


def parser() -> argparse.ArgumentParser:
    """The command with all its subcommands."""
    made = argparse.ArgumentParser(
        prog="regulars", epilog=_SETTINGS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    subparsers = made.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in MODULES:
        importlib.import_module(f"regulars_cli.{name}").add_to(subparsers)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a refusal is one line on standard error and exit code 1."""
    asked = parser().parse_args(arguments)
    from regulars.kernel.context import Work, begin_work
    from regulars.kernel.errors import RegularsError

    begin_work(Work(actor="operator:cli"))
    try:
        code: int = asked.run(asked)
    except RegularsError as error:
        faults = "".join(f"\n  {fault.pointer}: {fault.detail}" for fault in error.faults)
        print(f"regulars: {error.detail}{faults}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
