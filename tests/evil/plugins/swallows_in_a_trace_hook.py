"""A trace hook, which Python calls at each line, loops and swallows.

The host must stop it all the same.
"""

import sys


def hook(frame, event, argument):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def traced(x):
    return x


@db.scalar_fn
def f(x: int) -> int:
    sys.settrace(hook)
    return traced(x)


TIMEOUT = 0.3
RAISES = "QueryTimeout"
