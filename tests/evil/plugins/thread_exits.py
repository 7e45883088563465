"""A function starts threads that end themselves, in each way.

The host must not mind.
"""

import threading


def leave(kind):
    raise kind


@db.scalar_fn
def f(x: int) -> int:
    for kind in (SystemExit, KeyboardInterrupt, LookupError):
        thread = threading.Thread(target=leave, args=[kind])
        thread.start()
        thread.join()
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
