"""A function replaces the clock by one that stands still, and one that raises.

The host must measure time by itself.
"""

import time


def broken():
    raise LookupError("no time")


@db.scalar_fn
def f(x: int) -> int:
    time.time = lambda: 0.0
    time.monotonic = time.perf_counter = broken
    while True:
        pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
