"""A plugin closes the file that signals wake the main thread by.

The host must answer.
"""

import os
import signal

reader, writer = os.pipe()
os.set_blocking(writer, False)
signal.set_wakeup_fd(writer)


@db.scalar_fn
def f(x: int) -> int:
    os.close(reader)
    os.close(writer)
    return x


QUERY = "SELECT f(x) FROM t LIMIT 1"
ROWS = [(1,)]
ALONE = True
