"""A function waits for a lock that it holds itself.

The host must let the caller go, and say that the function is still running.
"""

import threading

lock = threading.Lock()


@db.scalar_fn
def f(x: int) -> int:
    lock.acquire()
    lock.acquire()
    return x


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*lock_never_released\\.f).*still running"
