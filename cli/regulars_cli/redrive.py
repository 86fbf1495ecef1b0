"""`regulars redrive`: looks into dead-letter queues and brings messages back to where they failed."""

import argparse
import sys
from typing import Any


def add_to(subparsers: Any) -> None:
    redrive = subparsers.add_parser(
        "redrive",
        help="list dead letters, or bring them back",
        description="Looks into dead-letter queues and brings messages back to where they failed.",
    )
    what = redrive.add_mutually_exclusive_group(required=True)
    what.add_argument("consumer", nargs="?", help="a part of the queue's name, such as keep_stats")
    what.add_argument("--queue", help="the same")
    what.add_argument("--list", action="store_true", help="all dead-letter queues and how much is in them")
    redrive.add_argument("--show", action="store_true", help="only show the messages of the queue")
    redrive.add_argument("--logs", help="the function's log group, to show why each message failed")
    redrive.add_argument("--max", type=int, default=1000, help="how many at the most (1000)")
    redrive.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when all that was asked for is back, 1 when something had to stay."""
    from regulars_cli import dead_letters

    if arguments.list:
        for queue in dead_letters.all_dead_letters():
            print(queue.waiting, queue.name, sep="\t")
        return 0
    return _bring_back(arguments)


def _bring_back(arguments: argparse.Namespace) -> int:
    from regulars_cli import dead_letters

    queue = dead_letters.find(arguments.consumer or arguments.queue)
    moved, staying = 0, []
    for message in dead_letters.receive(queue, arguments.max):
        print(dead_letters.describe(message))
        if arguments.logs and (reason := dead_letters.reason(message, arguments.logs)):
            print(f"  failed: {reason}")
        if arguments.show:
            staying.append(message)
            continue
        try:
            dead_letters.bring_back(queue, message)
            moved += 1
        except dead_letters.NoWayBackError as error:
            print(f"  stays: {error.detail}", file=sys.stderr)
            staying.append(message)
    dead_letters.release(queue, staying)
    if arguments.show:
        return 0
    print(f"{moved} brought back, {len(staying)} stay in {queue.name}")
    return 1 if staying else 0
