"""A function waits for an item of a queue that nobody fills.

The host must let the caller go, and say that the function is still running.
"""

import queue


@db.scalar_fn
def f(x: int) -> int:
    return queue.SimpleQueue().get()


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*queue_never_filled\\.f).*still running"
