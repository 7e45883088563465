"""A loop of short sleeps swallows each exception.

The host must stop it all the same.
"""

import time


@db.scalar_fn
def f(x: int) -> int:
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
