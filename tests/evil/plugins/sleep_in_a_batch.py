"""A vectorized function sleeps in C, where nothing can stop it.

The host must let the caller go, and say that the function is still running.
"""

import time


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    time.sleep(30)
    return x


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*sleep_in_a_batch\\.f).*still running"
