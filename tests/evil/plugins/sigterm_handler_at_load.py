"""A plugin puts its own handler in place of SIGTERM's while it is loaded.

The host must put the old one back, and warn.
"""

import signal

signal.signal(signal.SIGTERM, lambda *_: print("no"))


@db.scalar_fn
def f(x: int) -> int:
    return x


ROWS = [(1,), (2,), (3,)]
WARNS = "SIGTERM"
