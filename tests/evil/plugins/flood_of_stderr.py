"""A function writes a lot to stderr for each row.

The host must answer.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.stderr.write("x" * 1_000)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
ALONE = True
