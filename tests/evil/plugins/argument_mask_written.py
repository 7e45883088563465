"""A function writes into a masked argument, data and mask.

The host must keep the table as it is.
"""

import numpy as np


@db.scalar_fn("f", ["int?"], "int", vectorized="numpy")
def f(x):
    for write in (x.__setitem__, x.data.__setitem__, np.ma.getmaskarray(x).__setitem__):
        try:
            write(0, 99)
        except ValueError:
            pass
    x[1] = np.ma.masked
    return [1, 2, 3]


QUERY = "SELECT f(x) FROM (VALUES (1), (NULL), (3)) v(x)"
RAISES = "ValueError: read-only"
THEN = "SELECT sum(x), count(x) FROM t"
THEN_ROWS = [(6, 3)]
