"""A function asks NumPy to make its argument writeable.

The host must hand out memory of which NumPy knows that nobody may.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    x.setflags(write=True)
    x[0] = 99
    return x


RAISES = "ValueError: WRITEABLE"
THEN = "SELECT sum(x) FROM t"
THEN_ROWS = [(6,)]
