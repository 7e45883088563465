"""A function warns for each row, in other words each time.

The host must answer.
"""

import warnings

warnings.simplefilter("always")


@db.scalar_fn
def f(x: int) -> int:
    warnings.warn(f"{x} is a strange number")
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
ALONE = True
