"""A function has the garbage collector call what raises.

The host must answer.
"""

import gc


def callback(phase, info):
    raise LookupError("from the collector")


@db.scalar_fn
def f(x: int) -> int:
    if callback not in gc.callbacks:
        gc.callbacks.append(callback)
        gc.collect()
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
