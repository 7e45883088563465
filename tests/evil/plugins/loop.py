"""A function never returns.

The host must stop it when the query's time is over.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
