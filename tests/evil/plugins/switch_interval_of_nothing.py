"""A function asks the interpreter to switch threads all the time.

The host must answer.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.setswitchinterval(1e-9)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
