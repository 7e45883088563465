"""A function with a time limit sleeps in C, where nothing can stop it.

The host must let the caller go.
"""

import time


@db.scalar_fn(timeout=0.2)
def f(x: int) -> int:
    time.sleep(30)
    return x


RAISES = "FunctionTimeout"
WITHIN = 2.0
ALONE = True
