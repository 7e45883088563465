"""A function sleeps in C on each of the engine's threads.

The host must let the caller go, and answer other queries on other threads.
"""

import time


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    time.sleep(30)
    return x


QUERY = "SELECT sum(f(value)) FROM generate_series(1, 1000000)"
TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*sleep_on_all_threads\\.f).*still running"
