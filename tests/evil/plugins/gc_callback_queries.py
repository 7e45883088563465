"""A function has the garbage collector query its session, wherever it runs.

The host must answer both, and not wait for itself.
"""

import gc

import evil_host

asked = []


def callback(phase, info):
    if len(asked) < 20:
        asked.append(phase)
        evil_host.session.sql("SELECT 1").rows()


@db.scalar_fn
def f(x: int) -> int:
    if callback not in gc.callbacks:
        gc.callbacks.append(callback)
        gc.set_threshold(1)
    return len([x])


ROWS = [(1,), (1,), (1,)]
ALONE = True
