"""Waiting between tries."""

import random
import time


def full_jitter(first: float, doublings: int) -> None:
    """Sleep for a random time up to `first` seconds doubled `doublings` times: losers of a race must not meet again.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    time.sleep(random.uniform(0, first * 2**doublings))  # noqa: S311
