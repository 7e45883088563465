"""A function leaves a daemon thread behind that loops for ever.

The host must answer, and the process must end.
"""

import threading


def loop():
    while True:
        pass


@db.scalar_fn
def f(x: int) -> int:
    threading.Thread(target=loop, daemon=True).start()
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
