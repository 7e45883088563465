"""Each row takes a little, all of them much longer than the query may.

The host must stop between two of them.
"""

import time


@db.scalar_fn
def f(x: int) -> int:
    time.sleep(0.01)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
