"""A function installs a signal handler.

The host must hand over what Python says to that: it runs on a thread that may not.
"""

import signal


@db.scalar_fn
def f(x: int) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return x


RAISES = "ValueError: signal only works in main thread"
