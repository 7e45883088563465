"""A function asks the interpreter to switch threads once in eleven days.

The host must answer.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.setswitchinterval(1_000_000.0)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
