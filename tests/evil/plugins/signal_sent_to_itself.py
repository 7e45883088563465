"""A function sends its own process a signal that Python handles by raising.

The host must see it while it waits, as it sees Ctrl-C, and end the query.
"""

import os
import signal
import time


@db.scalar_fn
def f(x: int) -> int:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(500):
        time.sleep(0.01)
    return x


QUERY = "SELECT f(x) FROM t WHERE x = 1"
RAISES = "KeyboardInterrupt"
NOTE = ""
WITHIN = 1
ALONE = True
