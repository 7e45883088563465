"""A vectorized function never returns.

The host must stop it when the query's time is over.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    while True:
        x.sum()


TIMEOUT = 0.3
RAISES = "QueryTimeout"
