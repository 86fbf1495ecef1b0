"""What workers believe of their queues is what the stack says."""

from infra.constructs import queues
from regulars.kernel import queue


def test_workers_know_which_attempt_is_the_last() -> None:
    assert queue.MAX_RECEIVES == queues.MAX_RECEIVES
