"""A function replaces what tells threads apart.

The host must know its threads by itself.
"""

import threading


def broken():
    raise LookupError("who am I?")


@db.scalar_fn
def f(x: int) -> int:
    threading.get_ident = lambda: "nobody"
    threading.main_thread = threading.current_thread = broken
    return x


ROWS = [(1,), (2,), (3,)]
THEN = "SELECT f(x) FROM t"
THEN_ROWS = [(1,), (2,), (3,)]
ALONE = True
