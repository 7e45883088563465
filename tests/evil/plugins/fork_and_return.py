"""A function forks, and both processes return from it into the host.

The host must answer in the parent; the child has no other thread left that could.
"""

import os
import signal


@db.scalar_fn
def f(x: int) -> int:
    if os.fork() == 0:
        signal.alarm(2)  # whatever becomes of the child, it ends
    return x


QUERY = "SELECT f(x) FROM t LIMIT 1"
ROWS = [(1,)]
ALONE = True
