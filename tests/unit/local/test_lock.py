"""Two runs of one checkout: the second waits for the first, or says why it cannot start."""

import threading
import time
from pathlib import Path

import pytest

from local.lock import AlreadyRunningError, only_run


def test_a_second_run_waits_until_the_first_has_saved(tmp_path: Path) -> None:
    order: list[str] = []

    def first() -> None:
        with only_run(tmp_path / "lock", order.append):
            order.append("first")
            held.set()
            time.sleep(0.3)
            order.append("first saved")

    held = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    held.wait(5)
    with only_run(tmp_path / "lock", lambda line: None):
        order.append("second")
    thread.join()
    assert order == ["first", "first saved", "second"]


def test_a_run_that_does_not_end_is_named(tmp_path: Path) -> None:
    with (
        only_run(tmp_path / "lock", print),
        pytest.raises(AlreadyRunningError, match="stop it first"),
        only_run(tmp_path / "lock", print, patience=0.1),
    ):
        pass
