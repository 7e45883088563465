"""A plugin registers what raises when the interpreter exits.

The host must let the process end as it would.
"""

import atexit


@atexit.register
def leave():
    raise LookupError("at exit")


@db.scalar_fn
def f(x: int) -> int:
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
