"""A function sleeps in C while another thread cancels.

The host must let the caller go.
"""

import time


@db.scalar_fn
def f(x: int) -> int:
    time.sleep(30)
    return x


CANCEL = 0.3
RAISES = "QueryCancelled"
