"""A function sets a profile hook that raises, which Python then calls at its return.

The host must hand that exception over, and the hook must be gone then.
"""

import sys


def hook(frame, event, argument):
    raise LookupError("from the hook")


@db.scalar_fn
def f(x: int) -> int:
    sys.setprofile(hook)
    return x


RAISES = "LookupError: from the hook"
ALONE = True
