"""A function replaces all hooks for exceptions by ones that raise.

The host must not depend on them.
"""

import sys
import threading


def hook(*_):
    raise LookupError("from the hook")


@db.scalar_fn
def f(x: int) -> int:
    sys.excepthook = sys.unraisablehook = threading.excepthook = hook
    return x // (x - 3)


RAISES = "ZeroDivisionError"
NOTE = "row 2"
ALONE = True
