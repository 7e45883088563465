"""A function turns the garbage collector off and leaves cycles behind.

The host must answer.
"""

import gc


@db.scalar_fn
def f(x: int) -> int:
    gc.disable()
    cycle = []
    cycle.append(cycle)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
