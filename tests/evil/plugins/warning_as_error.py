"""A function turns warnings into errors, for everybody.

The host must raise no warnings of its own in the middle of a query.
"""

import warnings


@db.scalar_fn
def f(x: int) -> int:
    warnings.simplefilter("error")
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
