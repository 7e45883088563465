"""A function never returns, on each of the engine's threads.

The host must stop all of them.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    while True:
        pass


QUERY = "SELECT sum(f(value)) FROM generate_series(1, 1000000)"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
