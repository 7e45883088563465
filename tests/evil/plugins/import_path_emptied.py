"""A function takes away all that finds modules.

The host must answer.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.path.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    return x


ROWS = [(1,), (2,), (3,)]
