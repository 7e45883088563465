"""A vectorized function breaks when two threads are in it, and says so.

The host must let one thread in at a time.
"""

import time

inside = []


@db.scalar_fn("f", ["int"], "int", vectorized="numpy", thread_safe=False)
def f(x):
    inside.append(x)
    assert len(inside) == 1, "two threads are inside"
    time.sleep(0.002)
    inside.clear()
    return x


QUERY = "SELECT count(f(value)) FROM generate_series(1, 500000)"
ROWS = [(500_000,)]
