"""A function keeps its arguments, which are views of the engine's memory, for later.

The host must keep that memory alive for as long as somebody looks at it.
"""

kept = []


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    kept.append(x)
    return x


@db.scalar_fn
def total(x: int) -> int:
    return int(sum(array.sum() for array in kept))


QUERY = "SELECT sum(f(x + 1)) FROM many"
ROWS = [(200_010_000,)]
THEN = "SELECT total(0)"
THEN_ROWS = [(200_010_000,)]
