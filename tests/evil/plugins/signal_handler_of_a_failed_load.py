"""A plugin puts its own handler in place of Ctrl-C's, and then fails to load.

The host must put the old one back.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)


@db.scalar_fn
def f(x: int) -> int:
    return x


raise LookupError("far enough")

LOAD_RAISES = "PluginLoadError: LookupError: far enough"
WARNS = "SIGINT"
