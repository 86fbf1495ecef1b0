"""Deeds at the same moment."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(*deeds: Callable[[], Any], tolerated: type[Exception] | tuple[()] = ()) -> list[Any]:
    """What each of them came to, all begun at the same moment: an answer, or an error that is tolerated. Others fail the test."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = []
    failed: list[BaseException] = []

    def run(deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            results.append(deed())
        except tolerated as error:
            results.append(error)
        except BaseException as error:  # noqa: BLE001  (a thread's failure is the test's)
            failed.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return results
