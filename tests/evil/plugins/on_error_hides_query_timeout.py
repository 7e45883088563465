"""A function that never returns declares that errors become NULL.

The host must fail the query when its time is over: that is no error of a row.
"""


@db.scalar_fn(on_error="null")
def f(x: int) -> int:
    while True:
        pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
