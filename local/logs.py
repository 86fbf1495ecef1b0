"""Follows the log groups of the local stage's functions: `python -m local.logs`, or LOGS=1 with `make run`."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any

import boto3

from local.engine import Engine
from local.engine_state import saved_port
from local.paths import local_folder

NOISE = ("START RequestId", "END RequestId", "REPORT RequestId")


def follow(engine: Engine, stopped: Event, show: Callable[[str], None]) -> None:
    """Shows every line that functions log from now on, until `stopped` is set."""
    client = boto3.client("logs", **engine.client_settings)
    since = int(time.time() * 1000)
    while not stopped.wait(1):
        upto = int(time.time() * 1000)
        for group in client.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
            for line in _lines(client, group["logGroupName"], since, upto):
                show(line)
        since = upto


def _lines(client: Any, group: str, since: int, upto: int) -> list[str]:
    name = group.rpartition("/")[2].removeprefix("regulars-local-")
    found = client.filter_log_events(logGroupName=group, startTime=since, endTime=upto - 1)["events"]
    return [
        f"{name}: {event['message'].rstrip()}" for event in found if not event["message"].startswith(NOISE)
    ]


def main() -> None:
    """Follows the run of this checkout. Exits with a message when there is none."""
    port = saved_port(local_folder().state)
    if port is None:
        raise SystemExit("nothing runs here: start it with `make run`")
    try:
        follow(Engine(local_folder().root, port), Event(), print)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
