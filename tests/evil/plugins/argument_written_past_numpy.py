"""A function writes into the buffer that its argument is a view of.

The host must hand out buffers that are read-only themselves.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    base = x
    while getattr(base, "base", None) is not None:
        base = base.base
    memoryview(base)[0] = 99
    return x


RAISES = "TypeError: read-only"
THEN = "SELECT sum(x) FROM t"
THEN_ROWS = [(6,)]
