"""A plugin replaces what tells threads apart while it is loaded.

The host must know its threads by itself.
"""

import threading


def broken():
    raise LookupError("who am I?")


threading.get_ident = lambda: "nobody"
threading.main_thread = threading.current_thread = broken


@db.scalar_fn
def f(x: int) -> int:
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
