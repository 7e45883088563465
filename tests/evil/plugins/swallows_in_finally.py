"""A `finally` jumps back into the loop, so that no exception gets out.

The host must stop it all the same.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        try:
            while True:
                pass
        finally:
            continue


TIMEOUT = 0.3
RAISES = "QueryTimeout"
