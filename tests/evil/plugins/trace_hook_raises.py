"""A function sets a trace hook that raises, which Python then calls for the next row.

The host must hand that exception over, and the hook must be gone then.
"""

import sys


def hook(frame, event, argument):
    raise LookupError("from the hook")


@db.scalar_fn
def f(x: int) -> int:
    sys.settrace(hook)
    return x


RAISES = "LookupError: from the hook"
ALONE = True
