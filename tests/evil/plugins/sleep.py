"""A function sleeps in C, where nothing can stop it.

The host must let the caller go, and say that the function is still running.
"""

import time


@db.scalar_fn
def f(x: int) -> int:
    time.sleep(30)
    return x


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*sleep\\.f).*still running"
