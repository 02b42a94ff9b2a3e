"""The one clock of the peers."""

import time


def timed(call):
    """Seconds of a call, and what it returns."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result
