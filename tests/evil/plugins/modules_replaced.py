"""A function empties sys.modules.

The host must answer.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.modules.clear()
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
